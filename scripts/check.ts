// `npm run check`: every static check and the unit tests, for everyday work.
import { endWithChain } from './testing/end-with-chain.ts';
import { runSteps } from './testing/run-steps.ts';
import { staticChecks } from './testing/static-checks.ts';
import { closingLine, sum } from './testing/tally.ts';
import { vitest } from './testing/vitest-step.ts';

endWithChain();
const total = sum(await runSteps([...staticChecks, vitest('unit tests', 'unit')]));
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

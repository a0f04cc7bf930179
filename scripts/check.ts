// `npm run check`: types, lint and unit tests, for everyday work.
import { endWithChain } from './testing/end-with-chain.ts';
import { generate, lint, types } from './testing/static-checks.ts';
import { runSteps, vitest } from './testing/steps.ts';
import { closingLine, sum } from './testing/tally.ts';

endWithChain();
const total = sum(await runSteps([generate, types, lint, vitest('unit tests', 'unit', {})]));
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

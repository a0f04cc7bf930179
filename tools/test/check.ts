// `npm run check`: every static check and the unit tests, for everyday work.
import { endWithParent } from './end-with-parent.ts';
import { runSteps } from './run-steps.ts';
import { staticChecks } from './static-checks.ts';
import { closingLine, sum } from './tally.ts';
import { vitest } from './vitest-step.ts';

endWithParent();
const total = sum(await runSteps([...staticChecks, vitest('unit tests', 'unit')]));
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

// `npm run check`: every static check and the unit tests, for everyday work.
import { endWithParent } from './end-with-parent.ts';
import { vitestStep } from './runners.ts';
import { staticChecks } from './static-checks.ts';
import { runSteps } from './steps.ts';
import { closingLine, sum } from './tally.ts';

endWithParent();
const total = sum(await runSteps([...staticChecks, vitestStep('unit tests', 'unit')]));
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

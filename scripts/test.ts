// `npm test`: everything. The last line holds the sums over all runners.
import { staticChecks } from './testing/static-checks.ts';
import { runSteps, vitest } from './testing/steps.ts';
import { closingLine, sum } from './testing/tally.ts';

const total = sum(await runSteps([...staticChecks, vitest('unit tests', 'unit', () => ({}))]));
process.stdout.write(`\n${closingLine(total)}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

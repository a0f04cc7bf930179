// `npm run check`: every static check and the unit tests, for everyday work.
import { vitestStep } from './runners.ts';
import { staticChecks } from './static-checks.ts';
import { runCommand } from './steps.ts';

await runCommand([...staticChecks, vitestStep('unit tests', 'unit')]);

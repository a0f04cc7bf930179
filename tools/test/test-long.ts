// `npm run test:long`: tests that take minutes each, beside those of `npm test`.
import { vitestStep } from './runners.ts';
import { generate } from './static-checks.ts';
import { runCommand } from './steps.ts';

await runCommand([generate, vitestStep('long tests', 'long')]);

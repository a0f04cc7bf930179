// `npm run check`: every static check and the unit tests, for everyday work.
import { vitestStep } from './runners.ts';
import { generate, staticLanes } from './static-checks.ts';
import { runCommand } from './steps.ts';

await runCommand([generate, [...staticLanes, [vitestStep('unit tests', 'unit')]]]);

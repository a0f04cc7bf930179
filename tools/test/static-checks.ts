import type { Stage } from './run-steps.ts';
import { check, type Step } from './step.ts';

/** What turbo needs to stay on this machine and to say little. */
const TURBO_ENV = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };

/** The Prisma client and whatever else is generated; turbo repeats it only when its inputs changed. */
const generate: Step = check('generated code', {
  name: 'turbo',
  args: ['run', 'generate', '--output-logs=errors-only'],
  env: TURBO_ENV,
});

const types: Step = check('types', {
  name: 'turbo',
  args: ['run', 'typecheck', '--concurrency=100%', '--continue', '--output-logs=errors-only'],
  env: TURBO_ENV,
});

/** Folders with code of the product and its tools. */
const PARTS = ['apps', 'packages', 'tools'];

const lint: Step = check('lint', { name: 'oxlint', args: ['--type-aware'] });

/** Steps that `npm run check` and `npm test` run before any test. Checking types leaves part of a core idle. */
export const staticChecks: readonly Stage[] = [
  generate,
  [
    types,
    [
      check('format', { name: 'biome', args: ['check', '--error-on-warnings'] }),
      lint,
      check('import order', {
        name: 'depcruise',
        args: ['--config', 'tools/test/checks/import-order.mjs', ...PARTS, 'e2e'],
      }),
      check('folder circles', {
        name: 'depcruise',
        args: ['--config', 'tools/test/checks/folder-circles.mjs', ...PARTS],
      }),
      check('unused code', { name: 'knip', args: ['--no-progress'] }),
      check('secrets', { name: 'secretlint', args: ['--secretlintignore', '.gitignore', '**/*'] }),
      check('words', { name: process.execPath, args: [...process.execArgv, 'tools/test/checks/check-words.ts'] }),
    ],
  ],
];

import { dependencyAudit } from './audit.ts';
import { toolStep } from './runners.ts';
import type { Step } from './steps.ts';

/** Keeps turbo from sending telemetry and printing notices. */
const TURBO_ENV = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };

/** Generates the Prisma client, if its inputs have changed. */
export const generate: Step = toolStep('generated code', {
  name: 'turbo',
  args: ['run', 'generate', '--output-logs=errors-only'],
  env: TURBO_ENV,
});

const types: Step = toolStep('types', {
  name: 'turbo',
  args: ['run', 'typecheck', '--concurrency=100%', '--continue', '--output-logs=errors-only'],
  env: TURBO_ENV,
});

const ownCheck = (title: string, file: string): Step =>
  toolStep(title, { name: process.execPath, args: [...process.execArgv, `tools/test/checks/${file}`] });

/** Folders with code of the product and its tools. */
const PARTS = ['apps', 'packages', 'tools'];

const lint: Step = toolStep('lint', { name: 'oxlint', args: ['--type-aware'] });

/** Every static rule, after `generate`: lanes that run beside each other. */
export const staticLanes: readonly (readonly Step[])[] = [
  [types],
  [
    toolStep('format', { name: 'biome', args: ['check', '--error-on-warnings'] }),
    lint,
    toolStep('import order', {
      name: 'depcruise',
      args: ['--config', 'tools/test/checks/import-order.mjs', ...PARTS, 'e2e'],
    }),
    toolStep('folder circles', {
      name: 'depcruise',
      args: ['--config', 'tools/test/checks/folder-circles.mjs', ...PARTS],
    }),
    toolStep('unused code', { name: 'knip', args: ['--no-progress'] }),
    toolStep('secrets', { name: 'secretlint', args: ['--secretlintignore', '.gitignore', '**/*'] }),
    ownCheck('words', 'check-words.ts'),
    ownCheck('OpenAPI documents', 'check-openapi.ts'),
    dependencyAudit,
  ],
];

import { describe, expect, test } from 'vitest';
import { importFaults, importsIn } from './import-rules.ts';

const exports = new Map([
  ['api', new Set(['.'])],
  ['auth', new Set(['.'])],
  ['db', new Set(['.'])],
  ['identification', new Set(['.'])],
  ['resilience', new Set(['.', './testing'])],
  ['settings', new Set(['.'])],
  ['telemetry', new Set(['.'])],
]);
const faults = (file: string, ...imports: string[]) => importFaults([{ file, imports }], exports);

describe('the order of the house', () => {
  test.each([
    ['apps/web/src/app/page.tsx', '@plantcommunity/api'],
    ['packages/api/src/trpc/router.ts', '@plantcommunity/identification'],
    ['packages/auth/src/users.ts', '@plantcommunity/identification'],
    ['packages/identification/src/flow/identify.ts', '@plantcommunity/telemetry'],
    ['packages/identification/src/flow/identify.test.ts', '@plantcommunity/resilience/testing'],
    ['apps/web/src/server/container.ts', '@plantcommunity/settings'],
    ['tools/start/start.ts', '@plantcommunity/settings'],
    ['packages/db/src/index.ts', 'pg'],
    ['packages/api/src/rest/routes.ts', '../v1/identify.ts'],
    ['apps/provider-simulator/src/clients.test.ts', '@plantcommunity/identification'],
  ])('%s may import %s', (file, specifier) => {
    expect(faults(file, specifier)).toEqual([]);
  });

  test.each([
    ['packages/identification/src/flow/identify.ts', '@plantcommunity/auth'],
    ['packages/db/src/index.ts', '@plantcommunity/telemetry'],
    ['packages/resilience/src/cache.ts', '@plantcommunity/db'],
    ['packages/resilience/src/cache.ts', '@plantcommunity/telemetry'],
    ['packages/api/src/index.ts', '@plantcommunity/settings'],
    ['apps/web/src/app/page.tsx', '@plantcommunity/settings'],
    ['packages/api/src/index.ts', '@plantcommunity/web'],
    ['e2e/identify.spec.ts', '@plantcommunity/provider-simulator'],
    ['apps/provider-simulator/src/simulator.ts', '@plantcommunity/identification'],
    ['packages/unknown/src/index.ts', '@plantcommunity/db'],
    ['packages/api/src/index.ts', '@plantcommunity/identification/src/merge.ts'],
    ['packages/api/src/index.ts', '../../identification/src/merge.ts'],
    ['packages/api/src/index.ts', '../../../apps/web/src/server/container.ts'],
    ['apps/web/next.config.ts', '../../tools/start/start.ts'],
    ['packages/auth/src/users.ts', '@plantcommunity/auth'],
  ])('%s may not import %s', (file, specifier) => {
    expect(faults(file, specifier)).toEqual([expect.stringContaining(`${file}: '${specifier}'`)]);
  });
});

test('every way to import is seen, comments are not', () => {
  const source = [
    `import { a } from 'one';`,
    `import type { B } from "two";`,
    `import {\n  c,\n  d,\n} from 'three';`,
    `export * from 'four';`,
    `export type { E } from './five.ts';`,
    `import 'six';`,
    `const f = await import('seven');`,
    `type G = import('eight').G;`,
    `// import { x } from 'no';`,
    `/* export * from 'no'; */`,
    ` * @param from 'no'`,
  ].join('\n');
  expect(importsIn(source)).toEqual(['one', 'two', 'three', 'four', './five.ts', 'six', 'seven', 'eight']);
});

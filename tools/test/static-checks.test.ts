import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../root.ts';
import { generate, staticLanes } from './static-checks.ts';

test('the static checks are those that CONTRIBUTING promises', () => {
  expect([generate, ...staticLanes.flat()].map(({ title }) => title)).toEqual([
    'generated code',
    'types',
    'format',
    'lint',
    'import order',
    'folder circles',
    'unused code',
    'secrets',
    'words',
    'OpenAPI documents',
    'dependency audit',
  ]);
});

test.each(['check.ts', 'test.ts'])('tools/test/%s runs all of them', (script) => {
  expect(readFileSync(join(root, 'tools/test', script), 'utf8')).toMatch(/\bgenerate,\s*\[[\s\S]*\.\.\.staticLanes,/);
});

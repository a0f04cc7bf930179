import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sourceHash } from './web-build.ts';

let root: string;
const put = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plant-hash-'));
  put('apps/web/src/page.tsx', 'one');
  put('packages/api/src/index.ts', 'one');
  put('pnpm-lock.yaml', 'one');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  'apps/web/src/page.tsx',
  'apps/web/next.config.ts',
  'packages/api/src/index.ts',
  'packages/db/prisma/schema.prisma',
  'packages/new/src/index.ts',
  'docs/api.md',
  'docs/operations.md',
  'pnpm-lock.yaml',
  'tsconfig.base.json',
])('a change of %s needs a new build', (path) => {
  const before = sourceHash(root);
  put(path, 'two');
  expect(sourceHash(root)).not.toBe(before);
});

test.each([
  'apps/web/.next/server/app.js',
  'apps/web/node_modules/next/index.js',
  'apps/web/next-env.d.ts',
  'apps/web/tsconfig.tsbuildinfo',
  'packages/api/src/index.test.ts',
  'packages/db/src/generated/client.ts',
  'apps/provider-simulator/src/main.ts',
  'docs/photos.md',
  'tools/start/start.ts',
])('a change of %s needs no new build', (path) => {
  const before = sourceHash(root);
  put(path, 'two');
  expect(sourceHash(root)).toBe(before);
});

test('a text that moves to another file needs a new build', () => {
  put('packages/api/src/a.ts', 'x');
  const before = sourceHash(root);
  put('packages/api/src/b.ts', 'x');
  rmSync(join(root, 'packages/api/src/a.ts'));
  expect(sourceHash(root)).not.toBe(before);
});

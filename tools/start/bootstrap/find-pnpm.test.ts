import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findPnpm } from './find-pnpm.mjs';

const { packageManager } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  packageManager: string;
};
const VERSION = packageManager.slice('pnpm@'.length);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plant pnpm '));
  mkdirSync(join(root, 'node_modules'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A folder with a program. */
function program(folder: string, name: string, script: string): string {
  const path = join(root, folder);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

/** The programs of these folders, and those of the system. */
const withPath = (...folders: string[]) => ({ PATH: [...folders, '/usr/bin', '/bin'].join(delimiter) });
const noNpx = () => program('no npx', 'npx', 'echo "npm error network" >&2; exit 1');

it('`findPnpm` takes the pnpm on PATH when it has the wanted version, and remembers it', async () => {
  const folder = program('own', 'pnpm', `echo ${VERSION}`);
  expect(await findPnpm(root, withPath(folder, noNpx()))).toEqual({ folder });
  expect(await findPnpm(root, withPath(noNpx()))).toEqual({ folder });
});

it('`findPnpm` asks npx when the pnpm on PATH has another version', async () => {
  const other = program('other', 'pnpm', 'echo 9.0.0');
  const folder = program('fetched', 'pnpm', `echo ${VERSION}`);
  const npx = program('npx', 'npx', `echo "${folder}${delimiter}/usr/bin"`);
  expect(await findPnpm(root, withPath(other, npx))).toEqual({ folder });
});

it('`findPnpm` forgets a pnpm that was removed', async () => {
  const folder = program('own', 'pnpm', `echo ${VERSION}`);
  await findPnpm(root, withPath(folder, noNpx()));
  rmSync(folder, { recursive: true });
  expect(await findPnpm(root, withPath(noNpx()))).toEqual({ problem: 'npm error network' });
});

it('`findPnpm` works in a checkout that cannot be written', async () => {
  const folder = program('own', 'pnpm', `echo ${VERSION}`);
  expect(await findPnpm('/proc', withPath(folder, noNpx()))).toEqual({ folder });
});

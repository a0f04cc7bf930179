import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { explain } from './explain.mjs';
import { makeFolder } from './make-folder.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plant-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failureOf = (path: string): string => {
  try {
    makeFolder(path);
    return '';
  } catch (error) {
    return explain(error);
  }
};

it('`makeFolder` makes a folder and its parents, and leaves an existing folder unchanged', () => {
  const path = join(folder, 'a b', 'ü', 'c');
  makeFolder(path, 0o700);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  makeFolder(path);
  expect(existsSync(path)).toBe(true);
});

it('`makeFolder` makes folders that only the owner may enter under umask 077', () => {
  const before = process.umask(0o077);
  try {
    makeFolder(join(folder, 'a', 'b'));
    expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700);
  } finally {
    process.umask(before);
  }
});

it.runIf(process.platform === 'linux')('`makeFolder` fails in /proc, where mkdir of Node never returns', () => {
  expect(failureOf('/proc/plants/data')).toBe('mkdir /proc/plants failed: nothing can be made there (ENOENT).');
});

it('`makeFolder` fails when a file has its name or that of a parent', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  mkdirSync(join(folder, 'other'));
  expect(failureOf(file)).toBe(`mkdir ${file} failed: something else is in its place (EEXIST).`);
  expect(failureOf(join(file, 'below'))).toMatch(
    /failed: (?:a part of the path is a file|something else is in its place)/,
  );
});

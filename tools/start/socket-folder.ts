import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { explain } from './bootstrap/explain.mjs';
import { StartError } from './start-error.ts';

const PREFIX = 'plant-';
/** Maximum length: the system silently cuts off longer paths of sockets. */
const MAX_SOCKET_PATH = 100;
const LONGEST_NAME = '/.s.PGSQL.5432';

/** Folders to try, in this order, when the system's temporary folder cannot be used. */
const FOLDERS = ['/tmp', '/var/tmp', '/dev/shm'];

/**
 * Makes a folder of mode 0700 for sockets, in the first temporary folder that is short enough and can be written.
 * @throws {StartError} when there is none
 */
export function makeSocketFolder(): string {
  const failures: string[] = [];
  for (const base of [tmpdir(), ...FOLDERS]) {
    const isShort = base.length + PREFIX.length + '/XXXXXX'.length + LONGEST_NAME.length < MAX_SOCKET_PATH;
    if (!isShort || !isAbsolute(base)) continue;
    try {
      return mkdtempSync(join(base, PREFIX));
    } catch (error) {
      failures.push(explain(error));
    }
  }
  throw new StartError(
    `No temporary folder can be written: ${failures.join(' ')}\n` +
      'Name one with a short path in TMPDIR, for the sockets of the embedded services: TMPDIR=/run/user/1000 npm start',
  );
}

/** Removes a socket folder; any other folder stays. */
export function removeSocketFolder(folder: string): void {
  const isOurs = basename(folder).startsWith(PREFIX) && [tmpdir(), ...FOLDERS].includes(dirname(folder));
  if (isOurs) rmSync(folder, { recursive: true, force: true });
}

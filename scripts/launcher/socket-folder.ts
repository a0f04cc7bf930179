import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const PREFIX = 'plant-';
/** Longer paths of sockets are cut off silently by the system. */
const MAX_SOCKET_PATH = 100;
const LONGEST_NAME = '/.s.PGSQL.5432';

/** A folder of mode 0700 for sockets, as short as the system's temporary folder allows. */
export function makeSocketFolder(): string {
  const base = tmpdir();
  const isShort = base.length + PREFIX.length + '/XXXXXX'.length + LONGEST_NAME.length < MAX_SOCKET_PATH;
  return mkdtempSync(join(isShort ? base : '/tmp', PREFIX));
}

/** Removes a folder that was made here, and never another one. */
export function removeSocketFolder(folder: string): void {
  const isOurs = basename(folder).startsWith(PREFIX) && [tmpdir(), '/tmp'].includes(dirname(folder));
  if (isOurs) rmSync(folder, { recursive: true, force: true });
}

import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFolder } from './make-folder.mjs';
import { identify, isRunning, toIdentity } from './process-identity.mjs';

const POLL_MS = 200;
/** Name of the file with the holder in a lock that is a folder. */
const HOLDER = 'holder';
/**
 * Codes of a disk without hard links: exFAT and FAT, some FUSE and network file systems, containers that forbid them.
 */
const NO_LINKS = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
  'EINVAL',
  'UNKNOWN',
]);
/** Codes of `rename` when the target exists. */
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR', 'EPERM', 'EACCES', 'EBUSY']);

/** @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity */

/**
 * Takes the lock unless a running process holds it. A holder that was killed leaves its lock behind; it is moved away
 * first and looked at again, so that of two takers only one wins.
 * @param {string} path
 * @param {(from: string, to: string) => void} [link] makes a hard link
 * @returns {boolean} whether it is ours now
 */
export function tryLock(path, link = linkSync) {
  const own = `${path}.${process.pid}`;
  const claim = (/** @type {string} */ from) => claimByLink(from, path, link);
  makeFolder(dirname(path));
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    if (claim(own)) return true;
    const holder = read(path);
    if (holder && isRunning(holder)) return false;
    const moved = `${own}.stale`;
    try {
      renameSync(path, moved);
    } catch {
      return false;
    }
    const found = read(moved);
    if (found && isRunning(found)) claim(moved);
    rmSync(moved, { recursive: true, force: true });
    return claim(own);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/**
 * Gives back a lock that is ours. Moved away first: a folder that is emptied bit by bit could be taken meanwhile.
 * @param {string} path
 */
export function release(path) {
  const gone = `${path}.${process.pid}.released`;
  try {
    renameSync(path, gone);
  } catch {
    return;
  }
  rmSync(gone, { recursive: true, force: true });
}

/**
 * Puts a lock in place with its content, unless there is one: a hard link does so at once, and never over another file.
 * @param {string} from
 * @param {string} path
 * @param {(from: string, to: string) => void} link
 */
function claimByLink(from, path, link) {
  if (isFolder(from)) return claimByRename(from, path);
  try {
    link(from, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
    return claimByFolder(from, path);
  }
}

/**
 * Puts a lock in place without hard links: a folder can be renamed only if nothing or an empty folder is at the target.
 * @param {string} from
 * @param {string} path
 */
function claimByFolder(from, path) {
  const folder = `${from}.folder`;
  makeFolder(folder);
  writeFileSync(join(folder, HOLDER), readFileSync(from));
  try {
    return claimByRename(folder, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} path
 */
function claimByRename(folder, path) {
  try {
    renameSync(folder, path);
    return true;
  } catch (error) {
    if (TAKEN.has(codeOf(error)) && exists(path)) return false;
    throw error;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** @param {string} path */
function isFolder(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** @param {string} path */
function exists(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * @param {string} path
 * @returns {ProcessIdentity | undefined}
 */
function read(path) {
  try {
    return toIdentity(JSON.parse(readFileSync(isFolder(path) ? join(path, HOLDER) : path, 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Does the work while no other process of this machine does it.
 * @template T
 * @param {string} path of the lock file
 * @param {() => T | Promise<T>} work
 * @param {() => void} [onWait] called once when another process holds the lock
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait) {
  let waited = false;
  while (!tryLock(path)) {
    if (!waited) onWait?.();
    waited = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    release(path);
  }
}

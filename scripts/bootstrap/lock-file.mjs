import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isRunning, toIdentity } from './process-identity.mjs';

const POLL_MS = 200;

/** @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity */

/**
 * Takes the lock unless a running process holds it. A holder that was killed leaves its file behind; it is moved away
 * first and looked at again, so that of two takers only one wins.
 * @param {string} path
 * @returns {boolean} whether it is ours now
 */
export function tryLock(path) {
  const own = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    if (link(own, path)) return true;
    const holder = read(path);
    if (holder && isRunning(holder)) return false;
    const moved = `${own}.stale`;
    try {
      renameSync(path, moved);
    } catch {
      return false;
    }
    const found = read(moved);
    if (found && isRunning(found)) link(moved, path);
    rmSync(moved, { force: true });
    return link(own, path);
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Gives back a lock that is ours.
 * @param {string} path
 */
export function release(path) {
  rmSync(path, { force: true });
}

/**
 * @param {string} from
 * @param {string} to
 */
function link(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {ProcessIdentity | undefined}
 */
function read(path) {
  try {
    return toIdentity(JSON.parse(readFileSync(path, 'utf8')));
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

import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. `mkdir` of Node with `recursive` never returns where the system answers that a
 * folder cannot be made in one that exists (ENOENT), as in `/proc` and below some automatic mounts: it spins.
 * @param {string} path
 * @param {number} [mode] of the folder itself
 */
export function makeFolder(path, mode = 0o777) {
  if (isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

/** @param {string} path */
function isFolder(path) {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

import { mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from './make-folder.mjs';

/** Options of Node that npm takes for itself, or that would send our own requests to a proxy. */
const OPTIONS_LEFT_OUT = /(?<=^|\s)--(?:use-env-proxy|inspect(?:-brk|-wait|-port)?(?:=\S+)?)(?=\s|$)/g;
const TEMPORARY = ['TMPDIR', 'TMP', 'TEMP'];
/** Variables with folders of tools. Without a folder that can be written, the tools use HOME. */
const FOLDERS_OF_TOOLS = ['XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'npm_config_cache'];

/**
 * Returns the environment for all processes of a command. Replaces a temporary folder or a home that cannot be written,
 * and leaves out options of Node that no process should inherit.
 * @param {NodeJS.ProcessEnv} given
 * @param {string} root of the checkout
 * @returns {{ environment: NodeJS.ProcessEnv, notes: string[] }} with a sentence for each change that people should know
 */
export function usableEnvironment(given, root) {
  const environment = { ...given };
  const notes = [];
  // Requests to this machine would go to the proxy. The app itself honours the proxy for other machines.
  delete environment['NODE_USE_ENV_PROXY'];
  const options = given['NODE_OPTIONS']?.replace(OPTIONS_LEFT_OUT, '').trim();
  if (options) environment['NODE_OPTIONS'] = options;
  else delete environment['NODE_OPTIONS'];

  const name = TEMPORARY.find((each) => given[each]);
  const folder = name && given[name];
  if (name && folder && !isUsable(folder)) {
    const instead = ['/tmp', '/var/tmp', '/dev/shm'].find(isUsable) ?? madeFolder(root, '.plant-tmp');
    for (const each of TEMPORARY) delete environment[each];
    if (instead !== undefined) {
      environment['TMPDIR'] = instead;
      notes.push(`${name} is ${folder}, ${whyNot(folder)}: using ${instead} instead.`);
    }
  }

  for (const each of FOLDERS_OF_TOOLS) {
    const path = given[each];
    if (path && !canMake(path)) delete environment[each];
  }
  if (!isUsable(given['HOME'] || homedir())) {
    // The app keeps nothing in the home, but pnpm and other tools fail without one.
    const home = madeFolder(root, '.plant-home');
    if (home !== undefined) environment['HOME'] = home;
  }
  return { environment, notes };
}

/**
 * Whether a folder can be written: tried, because root may do everything but write to `/proc`.
 * @param {string} path
 */
function isUsable(path) {
  if (!isAbsolute(path)) return false;
  try {
    rmdirSync(mkdtempSync(join(path, '.plant-')));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path */
function canMake(path) {
  try {
    makeFolder(path);
    return isUsable(path);
  } catch {
    return false;
  }
}

/** @param {string} path */
function whyNot(path) {
  if (!isAbsolute(path)) return 'which is no absolute path';
  try {
    return statSync(path).isDirectory() ? 'which this user cannot write' : 'which is no folder';
  } catch {
    return 'which does not exist';
  }
}

/**
 * @param {string} root
 * @param {string} name
 */
function madeFolder(root, name) {
  const path = join(root, 'node_modules', name);
  return canMake(path) ? path : undefined;
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findPnpm } from './find-pnpm.mjs';
import { withLock } from './lock-file.mjs';

/** File with the fingerprint of the installed dependencies. */
export const STAMP = join('node_modules', '.plant-install');

const INPUTS = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc'];

/**
 * Returns a hash of everything that an installation depends on.
 * @param {string} root
 */
export function fingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of INPUTS) {
    const path = join(root, name);
    hash.update(`\0${name}\0`).update(existsSync(path) ? readFileSync(path) : '');
  }
  return hash.digest('hex');
}

/**
 * Installs the dependencies unless those of the lock file are installed already.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 * @param {(text: string) => void} say
 * @param {(child: import('node:child_process').ChildProcess) => void} onChild
 * @returns {Promise<boolean>} whether the dependencies are there
 */
export async function install(root, environment, say, onChild) {
  const stamp = join(root, STAMP);
  const wanted = fingerprint(root);
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isCurrent()) return true;
  const work = async () => {
    if (isCurrent()) return true;
    say('Installing dependencies ...');
    const { code, output } = await pnpmInstall(root, environment, onChild);
    if (code === 0) writeFileSync(stamp, wanted);
    else if (code !== null) say(`${output}\nThe dependencies could not be installed; see above.`);
    return code === 0;
  };
  const waiting = () => say('Another command is installing the dependencies; waiting for it ...');
  return await withLock(join(root, 'node_modules', '.plant-install.lock'), work, waiting);
}

/**
 * Runs the installation; prints its output only after a failure. CI=true keeps pnpm from asking questions.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 * @param {(child: import('node:child_process').ChildProcess) => void} onChild
 * @returns {Promise<{ code: number | null, output: string }>}
 */
async function pnpmInstall(root, environment, onChild) {
  const pnpm = await findPnpm(root, environment);
  if ('problem' in pnpm) return { code: 1, output: `pnpm could not be fetched with npx: ${pnpm.problem}` };
  return await new Promise((resolve) => {
    const child = spawn(join(pnpm.folder, 'pnpm'), ['install', '--frozen-lockfile', '--reporter=append-only'], {
      cwd: root,
      env: { ...environment, CI: 'true', PATH: [pnpm.folder, environment['PATH']].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: `pnpm could not be started: ${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
    onChild(child);
  });
}

import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The version that wrote the lock file; the same as `packageManager` in package.json. */
const PNPM = 'pnpm@12.21.0';
/** File that remembers the folder of pnpm, so that npx runs once. */
const STAMP = join('node_modules', '.plant-pnpm');
/** Time limit of npx: longer than any download that succeeds. */
const LIMIT_MS = 5 * 60_000;

/**
 * Finds the folder of the pnpm that the lock file needs; npx downloads a missing one. npx runs only for this and with a
 * time limit: beside the app, it would be one more process that can hang.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ folder: string } | { problem: string }>}
 */
export async function findPnpm(root, environment) {
  const stamp = join(root, STAMP);
  const kept = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (holdsPnpm(kept) && (await answersWith(join(kept, 'pnpm'), environment))) return { folder: kept };
  const onPath = (environment['PATH'] ?? '').split(delimiter).find(holdsPnpm);
  const found =
    onPath !== undefined && (await answersWith(join(onPath, 'pnpm'), environment))
      ? { folder: onPath }
      : await askNpx(environment);
  if ('folder' in found && existsSync(join(root, 'node_modules'))) keep(stamp, found.folder);
  return found;
}

/** @param {string} folder */
function holdsPnpm(folder) {
  if (folder === '') return false;
  try {
    accessSync(join(folder, process.platform === 'win32' ? 'pnpm.cmd' : 'pnpm'), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} pnpm
 * @param {NodeJS.ProcessEnv} environment
 */
async function answersWith(pnpm, environment) {
  const { output } = await run(pnpm, ['--version'], environment);
  return output.trim() === PNPM.slice('pnpm@'.length);
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<{ folder: string } | { problem: string }>}
 */
async function askNpx(environment) {
  const args = ['-y', '--prefer-offline', '-p', PNPM, '-c', 'node -p process.env.PATH'];
  const { code, output } = await run('npx', args, environment);
  const folder = code === 0 ? output.trim().split(delimiter).find(holdsPnpm) : undefined;
  return folder === undefined ? { problem: output.trim() } : { folder };
}

/**
 * Runs a program in a group of its own, which is killed as a whole when it takes too long or this process
 * ends.
 * @param {string} program
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(program, args, env) {
  return new Promise((resolve) => {
    const isWindows = process.platform === 'win32';
    // Inside of the checkout pnpm would look for another version of itself.
    const child = spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'], detached: !isWindows });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors += chunk));
    const kill = () => killGroup(child);
    const timer = setTimeout(kill, LIMIT_MS);
    process.once('exit', kill);
    const end = (/** @type {number | null} */ code, /** @type {string} */ text) => {
      clearTimeout(timer);
      process.off('exit', kill);
      resolve({ code, output: text });
    };
    child.on('error', (error) => end(1, `${program} could not be started: ${error.message}`));
    child.on('close', (code) => end(code, code === 0 ? output : errors));
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function killGroup(child) {
  try {
    if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // The group has ended.
  }
}

/**
 * @param {string} stamp
 * @param {string} folder
 */
function keep(stamp, folder) {
  try {
    writeFileSync(stamp, folder);
  } catch {
    // A checkout that cannot be written asks npx again.
  }
}

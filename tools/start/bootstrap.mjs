// The first process of every npm command. It is plain JavaScript, because it runs on the Node of the host (20 or newer).
// It installs missing dependencies, finds the Node that the project needs, and runs the file of the command with it.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { usableEnvironment } from './bootstrap/environment.mjs';
import { explain } from './bootstrap/explain.mjs';
import { findNode, HOST_NODE, problemWithOptions } from './bootstrap/find-node.mjs';
import { findPnpm } from './bootstrap/find-pnpm.mjs';
import { install } from './bootstrap/install.mjs';
import { watchParents } from './bootstrap/parent-watch.mjs';

/**
 * What each command runs: a file, by its path from the root, and its first arguments.
 * @type {Readonly<Record<string, readonly [file: string, ...args: string[]]>>}
 */
const COMMANDS = {
  start: ['tools/start/start.ts', 'start'],
  dev: ['tools/start/start.ts', 'dev'],
  build: ['tools/start/build.ts'],
  'api:document': ['packages/api/scripts/write-documents.ts'],
  'api:release': ['packages/api/scripts/release-document.ts'],
  routes: ['apps/web/scripts/routes.ts'],
  test: ['tools/test/test.ts'],
  'test:long': ['tools/test/test-long.ts'],
  check: ['tools/test/check.ts'],
  bench: ['tools/bench/bench.ts'],
  'check:deploy': ['tools/deploy/check-deploy.ts'],
  smoke: ['tools/deploy/smoke.ts'],
};
/** Commands that run turbo, which runs pnpm. The others find pnpm themselves, and only if they build. */
const WITH_PNPM = ['test', 'test:long', 'check'];
const SAME_KEYPRESS_MS = 300;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Node's compile cache, shared by all processes: it saves a quarter of the time until the app serves. */
const COMPILED = join(root, 'node_modules', '.plant-compiled');
const say = (/** @type {string} */ text) => void process.stderr.write(`${text}\n`);

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
/** @type {NodeJS.Signals | undefined} */
let ending;
let lastSignalAt = 0;

/**
 * Ends the command. A terminal sends Ctrl-C to all processes at once, and package runners may forward it: that counts
 * as one key press.
 * @param {NodeJS.Signals} signal
 */
function end(signal) {
  const now = performance.now();
  if (ending && now - lastSignalAt < SAME_KEYPRESS_MS) return;
  lastSignalAt = now;
  ending = signal;
  if (child) child.kill(signal);
  else process.exit(0);
}

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) process.on(signal, () => end(signal));
watchParents(() => end('SIGTERM'));

/**
 * @param {string} node
 * @param {string} file by its path from the root
 * @param {string[]} rest
 * @param {NodeJS.ProcessEnv} environment
 * @param {string[]} folders of programs, in front of PATH
 */
function run(node, file, rest, environment, folders) {
  child = spawn(
    node,
    ['--experimental-strip-types', '--disable-warning=ExperimentalWarning', join(root, file), ...rest],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        NODE_COMPILE_CACHE: COMPILED,
        ...environment,
        PATH: [dirname(node), join(root, 'node_modules', '.bin'), ...folders, environment['PATH']].join(delimiter),
      },
      // In a process group of its own the child gets Ctrl-C from here only, and so once.
      detached: process.platform !== 'win32',
    },
  );
  child.on('error', (error) => {
    say(`The command could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}

/** @param {string} text */
function fail(text) {
  say(text);
  process.exit(1);
}

async function main() {
  const [command = '', ...rest] = process.argv.slice(2);
  const wanted = COMMANDS[command];
  if (wanted === undefined) {
    return fail(
      `Commands: ${Object.keys(COMMANDS)
        .map((name) => `npm run ${name}`)
        .join(', ')}`,
    );
  }
  const { environment, notes } = usableEnvironment(process.env, root);
  for (const note of notes) say(note);
  const installed = await install(root, environment, say, (started) => {
    child = started;
  });
  child = undefined;
  if (ending) process.exit(0);
  if (!installed) process.exit(1);
  const { execPath, platform, versions } = process;
  const node = findNode(root, { version: versions.node, execPath, platform });
  if (!node) {
    return fail(
      `This needs Node ${HOST_NODE.join('.')} or newer, or Linux, where Node 24 comes with the dependencies. ` +
        `Here is Node ${versions.node} on ${platform} ${process.arch}.`,
    );
  }
  const problem = problemWithOptions(node, environment, join(root, 'apps', 'web'));
  if (problem) fail(`NODE_OPTIONS cannot be used: ${problem}\nStart without it: NODE_OPTIONS= npm run ${command}`);
  const pnpm = WITH_PNPM.includes(command) ? await findPnpm(root, environment) : undefined;
  const [file, ...args] = wanted;
  run(node, file, [...args, ...rest], environment, pnpm && 'folder' in pnpm ? [pnpm.folder] : []);
}

try {
  await main();
} catch (error) {
  fail(
    `${explain(error)}\nThis user must be able to write in ${root}, at least until everything is installed and built ` +
      'there (npm run build).',
  );
}

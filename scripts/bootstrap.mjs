// The first process of every npm command. It runs on the Node of the host (20 or newer), so it stays plain JavaScript:
// it installs what is missing, finds the Node that the project wants, and runs scripts/<command>.ts with that.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchAncestors } from './bootstrap/ancestry.mjs';
import { findNode, HOST_NODE } from './bootstrap/find-node.mjs';
import { install } from './bootstrap/install.mjs';

const COMMANDS = ['start', 'dev', 'build', 'test', 'check', 'bench', 'check:deploy', 'smoke', 'routes'];
const SAME_KEYPRESS_MS = 300;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** What Node compiled once is not compiled again by later processes: a quarter of the time until the app serves. */
const COMPILED = join(root, 'node_modules', '.plant-compiled');
const say = (/** @type {string} */ text) => void process.stderr.write(`${text}\n`);

/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
/** @type {NodeJS.Signals | undefined} */
let ending;
let lastSignalAt = 0;

/**
 * A terminal sends Ctrl-C to everyone at once and package runners may pass it on again: that is one key press.
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
watchAncestors(() => end('SIGTERM'));

/**
 * @param {string} node
 * @param {string} command
 * @param {string[]} rest
 */
function run(node, command, rest) {
  const bin = join(root, 'node_modules', '.bin');
  child = spawn(
    node,
    [
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
      join(root, 'scripts', `${command.replace(':', '-')}.ts`),
      ...rest,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        NODE_COMPILE_CACHE: COMPILED,
        ...process.env,
        PATH: [dirname(node), bin, process.env['PATH']].join(delimiter),
      },
      // A group of its own: it hears of Ctrl-C from here only, and so once.
      detached: process.platform !== 'win32',
    },
  );
  child.on('error', (error) => {
    say(`The command could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
}

const [command = '', ...rest] = process.argv.slice(2);
if (!COMMANDS.includes(command)) {
  say(`Commands: ${COMMANDS.map((name) => `npm run ${name}`).join(', ')}`);
  process.exit(1);
}
const installed = await install(root, say, (started) => {
  child = started;
});
child = undefined;
if (ending) process.exit(0);
if (!installed) process.exit(1);
const { execPath, platform, versions } = process;
const node = findNode(root, { version: versions.node, execPath, platform });
if (!node) {
  say(
    `This needs Node ${HOST_NODE.join('.')} or newer, or Linux, where Node 24 comes with the dependencies. ` +
      `Here is Node ${versions.node} on ${platform} ${process.arch}.`,
  );
  process.exit(1);
}
run(node, command, rest);

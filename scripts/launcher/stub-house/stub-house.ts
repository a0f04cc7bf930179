import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, STAMP } from '../../bootstrap/install.mjs';
import { type ProcessFacts, processFacts } from '../../bootstrap/process-identity.mjs';
import { root } from '../../root.ts';

const COPIED = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'turbo.json', 'tsconfig.base.json'];

/** A copy of the repository with real scripts and services, and a web app that is up at once. */
export interface StubHouse {
  folder: string;
  start(environment?: NodeJS.ProcessEnv): Run;
  /** How often it was built, and with which variables in sight. */
  builds(): string[][];
  remove(): void;
}

/** One `npm start`. */
export interface Run {
  npm: ChildProcess;
  port: number;
  output: () => string;
  /** Resolves when the app serves, rejects with the output when npm ends before. */
  ready: Promise<void>;
  /** Resolves to npm's exit code. */
  exited: Promise<number | null>;
  /** Every process below npm, the launcher's detached ones included, npm first. */
  processes(): ProcessFacts[];
}

export function makeStubHouse(): StubHouse {
  // A space and a mode for the owner alone: both have broken a start before.
  const folder = mkdtempSync(join(tmpdir(), 'stub house '));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name));
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules')).filter((entry) => !entry.startsWith('.plant'))) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, STAMP), fingerprint(folder));
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), {
    recursive: true,
    filter: (source) => !source.endsWith('/node_modules'),
  });
  symlinkSync(join(root, 'scripts/node_modules'), join(folder, 'scripts/node_modules'));
  const put = (stub: string, ...target: string[]) => {
    mkdirSync(join(folder, ...target.slice(0, -1)), { recursive: true });
    cpSync(join(root, 'scripts/launcher/stub-house', stub), join(folder, ...target));
  };
  put('next.mjs', 'apps/web/node_modules/next/dist/bin/next');
  put('simulator.mjs', 'apps/provider-simulator/src/main.ts');
  writeFileSync(join(folder, 'apps/web/package.json'), '{"name":"web","type":"module","version":"0.0.0"}');
  return {
    folder,
    start: (environment = {}) => startIn(folder, environment),
    builds: () =>
      readFileSync(join(folder, 'apps/web/builds.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

let nextPort = 20_000 + (process.pid % 20_000);

function startIn(folder: string, environment: NodeJS.ProcessEnv): Run {
  const port = environment['PORT'] === undefined ? nextPort++ : Number(environment['PORT']);
  const npm = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...bare(process.env), PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a shell gives to a command, so that Ctrl-C can be sent to it.
    detached: true,
  });
  let output = '';
  const ready = new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl-C ends everything')) resolve();
    };
    npm.stdout.on('data', read);
    npm.stderr.on('data', read);
    npm.once('exit', () => reject(new Error(output)));
  });
  ready.catch(() => {});
  const exited = once(npm, 'exit').then(([code]: (number | null)[]) => code ?? null);
  return { npm, port, output: () => output, ready, exited, processes: () => family(npm.pid ?? 0) };
}

/** What a person's shell has: nothing of the settings of whoever runs the tests. */
function bare(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) =>
    /^(?:PATH|HOME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|.*_PROXY)$/i.test(name),
  );
  return { NODE_ENV: undefined, ...Object.fromEntries(kept) };
}

/** Processes are looked up in /proc, so these tests are for Linux. */
function everyPid(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function family(top: number): ProcessFacts[] {
  const all = everyPid().flatMap((pid) => processFacts(pid) ?? []);
  const found = all.filter(({ pid }) => pid === top);
  for (const member of found) found.push(...all.filter(({ parent }) => parent === member.pid));
  return found;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ProcessFacts, processFacts } from '../bootstrap/process-identity.mjs';

/** A running `npm start`. */
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

/** Below the ports that Linux gives to outgoing connections (from 32768): one of those could take ours before the app. */
let nextPort = 10_000 + (process.pid % 20_000);

/** Runs `npm start` as a person would, without the settings in the environment of the tests. */
export function npmStart(folder: string, environment: NodeJS.ProcessEnv, args: readonly string[] = []): Run {
  const port = environment['PORT'] === undefined ? nextPort++ : Number(environment['PORT']);
  const npm = spawn('npm', ['start', '--', ...args], {
    cwd: folder,
    env: { ...bare(process.env), PORT: String(port), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a process group of its own, as under a shell, so that Ctrl-C can be sent to it.
    detached: true,
  });
  endWithUs(npm);
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

function endWithUs(npm: ChildProcess): void {
  const script = fileURLToPath(new URL('end-with-pipe.mjs', import.meta.url));
  const stdio = ['pipe', 'ignore', 'inherit'] as const;
  const watcher = spawn(process.execPath, [script, String(npm.pid)], { stdio: [...stdio], detached: true });
  npm.once('exit', () => watcher.kill());
}

function bare(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) =>
    /^(?:PATH|HOME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|.*_PROXY)$/i.test(name),
  );
  return { NODE_ENV: undefined, ...Object.fromEntries(kept) };
}

/** Returns the pids in /proc: these tests run on Linux only. */
function everyPid(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function family(top: number): ProcessFacts[] {
  const all = everyPid().flatMap((pid) => processFacts(pid) ?? []);
  const found = all.filter(({ pid }) => pid === top);
  for (const member of found) found.push(...all.filter(({ parent }) => parent === member.pid));
  return found;
}

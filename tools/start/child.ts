import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface ChildOptions {
  /** Name in messages. */
  name: string;
  /** A program and its arguments; see `script` for one of our own files. */
  command: readonly [program: string, ...args: string[]];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** `inherit`: to our own output; `lines`: to `Child.lines`. */
  output?: 'inherit' | 'lines';
  /** Whether the process gets a pipe for events as its descriptor 3. */
  hasEvents?: boolean;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves to the exit code; a signal counts as 1. Never rejects. */
  readonly exited: Promise<number>;
  readonly isRunning: () => boolean;
  /** Describes the end: `exited with code 1`, `was killed by SIGKILL`. */
  readonly ending: () => string;
  /** Its standard output and its events, line by line. */
  readonly lines: AsyncIterable<string>;
  readonly events: AsyncIterable<string>;
  /** Sends SIGTERM, and after the grace period SIGKILL to the process and to all that it started. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

/**
 * Starts a process in a group of its own, so that it gets Ctrl-C from us only. Its standard input closes when this
 * process ends.
 */
export function startChild({ name, command, env, cwd, output = 'lines', hasEvents = false }: ChildOptions): Child {
  const [program, ...args] = command;
  const stdout = output === 'inherit' ? 'inherit' : 'pipe';
  const started = spawn(program, args, {
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
    detached: process.platform !== 'win32',
    stdio: ['pipe', stdout, 'inherit', ...(hasEvents ? (['pipe'] as const) : [])],
  });
  // A write may fail because the process has just ended, which its exit reports.
  started.stdin?.on('error', () => {});
  const exited = exitOf(started);
  return {
    name,
    pid: started.pid ?? 0,
    exited,
    isRunning: () => started.exitCode === null && started.signalCode === null,
    ending: () =>
      started.signalCode === null ? `exited with code ${started.exitCode}` : `was killed by ${started.signalCode}`,
    lines: linesOf(started.stdout),
    events: linesOf(hasEvents ? started.stdio[3] : null),
    kill: () => killGroup(started),
    async stop(graceMs) {
      started.kill('SIGTERM');
      const timer = new AbortController();
      const isOver = await Promise.race([
        exited.then(() => true),
        sleep(graceMs, false, { signal: timer.signal }).catch(() => true),
      ]);
      timer.abort();
      started.stdin?.destroy();
      if (!isOver) killGroup(started);
      await exited;
    },
  };
}

/** Returns the command that runs one of our own TypeScript files. */
export function script(path: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, ...process.execArgv, path, ...args];
}

/** Returns the command that runs a file of `tools/start/services`. */
export function service(name: string, ...args: string[]): [string, ...string[]] {
  return script(fileURLToPath(new URL(`./services/${name}.ts`, import.meta.url)), ...args);
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
  });
}

function linesOf(stream: unknown): AsyncIterable<string> {
  return stream instanceof Readable ? createInterface({ input: stream }) : nothing;
}

const nothing: AsyncIterable<string> = {
  async *[Symbol.asyncIterator]() {},
};

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

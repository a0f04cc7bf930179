import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Starting more at a time starts none of them sooner. */
const STARTED_TOGETHER = 5;
const ENDED = 'A worker ended too early';

async function failAtExit(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error(ENDED);
}

/**
 * Processes of one kind that get the same command at the same time and report when they have run it. Its folder of
 * compiled code is removed with it, at the latest when this process exits.
 */
export class WorkerGroup<Command extends Serializable, Report> implements AsyncDisposable {
  readonly #worker: string;
  readonly #args: readonly string[];
  readonly #flags: readonly string[];
  readonly #compiled: string;
  readonly #children: ChildProcess[] = [];
  readonly #removeAtExit = (): void => rmSync(this.#compiled, { recursive: true, force: true });

  private constructor(worker: URL, args: readonly string[], flags: readonly string[], compiled: string) {
    this.#worker = fileURLToPath(worker);
    this.#args = args;
    this.#flags = flags;
    this.#compiled = compiled;
    process.once('exit', this.#removeAtExit);
  }

  /**
   * @param worker sends a message when it is ready for commands, and a report for each command
   * @param flags for Node
   */
  static async start<Command extends Serializable, Report>(
    worker: URL,
    processes: number,
    args: readonly string[],
    flags: readonly string[] = [],
  ): Promise<WorkerGroup<Command, Report>> {
    const group = new WorkerGroup<Command, Report>(worker, args, flags, await mkdtemp(join(tmpdir(), 'workers-')));
    // The first worker compiles for the others.
    await group.#startMore(1);
    while (group.#children.length < processes) {
      await group.#startMore(Math.min(STARTED_TOGETHER, processes - group.#children.length));
    }
    return group;
  }

  async run(command: Command): Promise<Report[]> {
    return Promise.all(this.#children.map((child) => this.#runOne(child, command)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const exits = running.map((child) => once(child, 'exit'));
    for (const child of running) child.disconnect();
    await Promise.all(exits);
    await rm(this.#compiled, { recursive: true, force: true });
    process.off('exit', this.#removeAtExit);
  }

  async #startMore(count: number): Promise<void> {
    const env = { ...process.env, NODE_COMPILE_CACHE: this.#compiled };
    const execArgv = [...process.execArgv, ...this.#flags];
    const started = Array.from({ length: count }, () => fork(this.#worker, this.#args, { env, execArgv }));
    this.#children.push(...started);
    await Promise.all(started.map((child) => Promise.race([once(child, 'message'), failAtExit(child)])));
  }

  #runOne(child: ChildProcess, command: Command): Promise<Report> {
    const { promise, resolve, reject } = Promise.withResolvers<Report>();
    const end = (): void => reject(new Error(ENDED));
    child.once('exit', end);
    child.once('message', (report: Report) => {
      child.off('exit', end);
      resolve(report);
    });
    child.send(command);
    return promise;
  }
}

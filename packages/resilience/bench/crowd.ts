import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** More at a time would start none of them sooner. */
const STARTED_TOGETHER = 5;
const ENDED = 'A process of the crowd ended too early';

async function tooEarly(child: ChildProcess): Promise<never> {
  await once(child, 'exit');
  throw new Error(ENDED);
}

/** Processes of one kind that get the same order at the same time and report once they have carried it out. */
export class Crowd<Order extends Serializable, Report> implements AsyncDisposable {
  readonly #worker: string;
  readonly #args: readonly string[];
  readonly #flags: readonly string[];
  readonly #compiled: string;
  readonly #children: ChildProcess[] = [];

  private constructor(worker: URL, args: readonly string[], flags: readonly string[], compiled: string) {
    this.#worker = fileURLToPath(worker);
    this.#args = args;
    this.#flags = flags;
    this.#compiled = compiled;
  }

  /**
   * @param worker sends a message when it is ready for orders, and one for each order
   * @param flags for Node
   */
  static async gather<Order extends Serializable, Report>(
    worker: URL,
    processes: number,
    args: readonly string[],
    flags: readonly string[] = [],
  ): Promise<Crowd<Order, Report>> {
    const crowd = new Crowd<Order, Report>(worker, args, flags, await mkdtemp(join(tmpdir(), 'crowd-')));
    // The first compiles for the others.
    await crowd.#start(1);
    while (crowd.#children.length < processes) {
      await crowd.#start(Math.min(STARTED_TOGETHER, processes - crowd.#children.length));
    }
    return crowd;
  }

  async tell(order: Order): Promise<Report[]> {
    return Promise.all(this.#children.map((child) => this.#tellOne(child, order)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = this.#children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    const exits = running.map((child) => once(child, 'exit'));
    for (const child of running) child.disconnect();
    await Promise.all(exits);
    await rm(this.#compiled, { recursive: true, force: true });
  }

  async #start(count: number): Promise<void> {
    const env = { ...process.env, NODE_COMPILE_CACHE: this.#compiled };
    const execArgv = [...process.execArgv, ...this.#flags];
    const started = Array.from({ length: count }, () => fork(this.#worker, this.#args, { env, execArgv }));
    this.#children.push(...started);
    await Promise.all(started.map((child) => Promise.race([once(child, 'message'), tooEarly(child)])));
  }

  #tellOne(child: ChildProcess, order: Order): Promise<Report> {
    const { promise, resolve, reject } = Promise.withResolvers<Report>();
    const end = (): void => reject(new Error(ENDED));
    child.once('exit', end);
    child.once('message', (report: Report) => {
      child.off('exit', end);
      resolve(report);
    });
    child.send(order);
    return promise;
  }
}

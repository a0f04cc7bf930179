import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ACCEPT_WITHIN_MS = 5000;

/** Without it, as on a machine where nothing was installed, the tests that kill or pause a Redis are counted as skipped. */
export const hasRedisServer: boolean = spawnSync('redis-server', ['--version']).status === 0;

/** A redis-server of a test's own on a unix socket, to be killed, stopped and started again. */
export class RedisServer {
  readonly url: string;
  readonly #dir: string;
  readonly #socket: string;
  #child: ChildProcess | undefined;

  private constructor(dir: string) {
    this.#dir = dir;
    this.#socket = join(dir, 'redis.sock');
    this.url = `unix://${this.#socket}`;
  }

  /** A place for a server, which does not run yet. */
  static async prepare(): Promise<RedisServer> {
    return new RedisServer(await mkdtemp(join(tmpdir(), 'resilience-')));
  }

  async start(): Promise<void> {
    const settings = ['--port', '0', '--unixsocket', this.#socket, '--save', '', '--appendonly', 'no'];
    this.#child = spawn('redis-server', [...settings, '--dir', this.#dir], { stdio: 'ignore' });
    const limit = AbortSignal.timeout(ACCEPT_WITHIN_MS);
    while (!(await this.#accepts())) limit.throwIfAborted();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Still there, but silent. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #accepts(): Promise<boolean> {
    const socket = connect(this.#socket);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      await new Promise(setImmediate);
      return false;
    } finally {
      socket.destroy();
    }
  }
}

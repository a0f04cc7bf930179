import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as IORedis } from 'ioredis';
import { freePort } from './free-port.ts';

const ACCEPT_WITHIN_MS = 5000;

/** Whether this machine has a redis-server; without it the tests that kill or pause a Redis count as skipped. */
export const hasRedisServer: boolean = spawnSync('redis-server', ['--version']).status === 0;

/**
 * A redis-server for one test, on a unix socket, which the test kills, pauses and starts again. It ends with the process
 * and leaves no files, also without being disposed of.
 */
export class RedisServer {
  readonly url: string;
  readonly dir: string;
  readonly #socket: string;
  #child: ChildProcess | undefined;
  readonly #removeAtExit = (): void => {
    this.#child?.kill('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  };

  private constructor(dir: string) {
    this.dir = dir;
    this.#socket = join(dir, 'redis.sock');
    this.url = `unix://${this.#socket}`;
    process.once('exit', this.#removeAtExit);
  }

  /** Prepares a server that does not run yet. */
  static async prepare(): Promise<RedisServer> {
    return new RedisServer(await mkdtemp(join(tmpdir(), 'resilience-')));
  }

  /** @param more settings as command-line arguments */
  async start(...more: string[]): Promise<void> {
    const settings = ['--port', '0', '--unixsocket', this.#socket, '--save', '', '--appendonly', 'no'];
    const user = ['--user', 'admin', 'on', 'nopass', '~*', '&*', '+@all'];
    this.#child = spawn('redis-server', [...settings, ...user, '--dir', this.dir, ...more], { stdio: 'ignore' });
    const limit = AbortSignal.timeout(ACCEPT_WITHIN_MS);
    while (!(await this.#accepts())) limit.throwIfAborted();
  }

  /** Starts a cluster of one node, which serves no key until it has slots: `CLUSTER ADDSLOTSRANGE 0 16383`. */
  async startCluster(): Promise<void> {
    const [port, bus] = [String(await freePort()), String(await freePort())];
    await this.start('--port', port, '--cluster-enabled', 'yes', '--cluster-port', bus);
  }

  /** Runs a command as a separate admin user, whose permissions tests do not change. */
  async command(...words: readonly string[]): Promise<string> {
    const [name = '', ...args] = words;
    const client = new IORedis({ path: this.#socket, username: 'admin', password: 'any', enableReadyCheck: false });
    try {
      return String(await client.call(name, args));
    } finally {
      client.disconnect();
    }
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  /** Pauses the process: it keeps its connections and does not answer. */
  hang(): void {
    this.#child?.kill('SIGSTOP');
  }

  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
    process.off('exit', this.#removeAtExit);
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

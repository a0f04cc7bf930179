import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';
import { RestServer } from './rest-server.ts';
import { connectTestRedis, testRedisUrl } from './test-redis.ts';

/** The transports to one Redis, for tests that hold on each. */
export const TRANSPORTS: readonly RedisConnection['transport'][] = ['tcp', 'rest'];

/** Longer than a burst of requests takes on a busy machine; no test on these connections is about time. */
const REST_TIMEOUT_MS = 15_000;

/** Three connections, like those of three processes, to the Redis of the test runner. */
export class TestConnections implements AsyncDisposable {
  readonly all: readonly [RedisConnection, RedisConnection, RedisConnection];
  readonly #rest: RestServer | undefined;

  private constructor(all: TestConnections['all'], rest: RestServer | undefined) {
    this.all = all;
    this.#rest = rest;
  }

  static async open(transport: RedisConnection['transport']): Promise<TestConnections> {
    const rest = transport === 'rest' ? new RestServer(testRedisUrl) : undefined;
    const settings = await rest?.listen();
    const connect = () =>
      settings ? connectRedis(settings, { timeoutMs: REST_TIMEOUT_MS, readyWaitMs: 5000 }) : connectTestRedis();
    return new TestConnections(await Promise.all([connect(), connect(), connect()]), rest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((connection) => connection.close()));
    await this.#rest?.[Symbol.asyncDispose]();
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { plantNetBody } from '../providers/testing/bodies.ts';
import { quotaUnderTest } from './testing/quota-under-test.ts';
import type { SpendingSettings } from './testing/spending-messages.ts';
import type { Quota } from './types.ts';

const WORKER = fileURLToPath(new URL('./testing/spending-worker.ts', import.meta.url));

/** Separate processes call one service that keeps its own count; one is killed while its call is in flight. */
describe.skipIf(!hasRedisServer)('a call whose process dies', () => {
  let redis: RedisServer;
  let connection: RedisConnection;
  let server: Server;
  let serviceUrl: string;
  let workers: ChildProcess[];
  let quota: Quota | undefined;
  let prefix: string;
  /** `counted`: calls that the service has counted; `countsUnanswered`: it counts calls that it does not answer. */
  let service: { counted: number; answers: boolean; countsUnanswered: boolean; arrived: number };

  beforeAll(async () => {
    redis = await RedisServer.prepare();
  });
  afterAll(() => redis[Symbol.asyncDispose]());

  beforeEach(async () => {
    await redis.start();
    connection = await connectRedis({ url: redis.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
    prefix = `test:${randomUUID()}`;
    workers = [];
    quota = undefined;
    service = { counted: 0, answers: true, countsUnanswered: true, arrived: 0 };
    server = createServer((request, response) => {
      request.resume().once('end', () => {
        if (request.method !== 'POST') {
          response.end(JSON.stringify({ quota: { identify: {} } }));
          return;
        }
        service.arrived += 1;
        if (service.answers || service.countsUnanswered) service.counted += 1;
        if (service.answers) response.end(JSON.stringify(plantNetBody()));
      });
    });
    // A worker that is held up must not send a call on a connection that the service is closing for idleness.
    server.keepAliveTimeout = 0;
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    serviceUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(async () => {
    quota?.close();
    for (const child of workers) child.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    await connection.close();
    await redis.kill();
  });

  async function start(): Promise<ChildProcess> {
    const settings: SpendingSettings = { redisUrl: redis.url, serviceUrl, attempts: 1, limit: 500, prefix };
    const child = fork(WORKER, [JSON.stringify(settings)]);
    workers.push(child);
    await once(child, 'message');
    return child;
  }

  /** Returns the counter of the window `total`, which no midnight ends during the test. */
  const inRedis = async () => Number(await connection.client.hget(`${prefix}:quota:{plantnet}:total`, 'used'));

  it.each([
    { name: 'that the service has counted', countsUnanswered: true, total: 2 },
    { name: 'that the service has not counted', countsUnanswered: false, total: 1 },
  ])('and $name ends with the count of the service', async ({ countsUnanswered, total }) => {
    Object.assign(service, { answers: false, countsUnanswered });
    const holder = await start();
    holder.send('spend');
    await expect.poll(() => service.arrived).toBe(1);
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    service.answers = true;
    const next = await start();
    next.send('spend');
    await once(next, 'message');
    await expect.poll(inRedis).toBe(2);

    const clock = new FakeClock(Date.now());
    let polls = 0;
    const usage = async () => {
      polls += 1;
      return { windows: { total: { limit: 500, used: service.counted } }, exhausted: false };
    };
    quota = quotaUnderTest({
      provider: { name: 'plantnet', usage },
      redis: connection,
      clock,
      prefix: `${prefix}:quota`,
    });
    await quota.start();
    // The provider may count the call until a minute after its time limit.
    clock.advance(30_000);
    expect({ polls, used: await inRedis() }).toEqual({ polls: 0, used: 2 });
    const after30s = async () => {
      clock.advance(30_000);
      return { isPolled: polls > 0, used: await inRedis() };
    };
    await expect.poll(after30s, { interval: 250 }).toEqual({ isPolled: true, used: total });
    expect(total).toBe(service.counted);
    expect(clock.monotonic()).toBeLessThan(30 * 60_000);
  });
});

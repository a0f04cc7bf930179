import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

const TIMEOUT_MS = 100;
/** Only tells fast from slow, since the machine may be busy; the bench measures. */
const SOON_MS = 1000;

describe.skipIf(!hasRedisServer)('a Redis', () => {
  let server: RedisServer;
  let connection: RedisConnection;
  let events: RedisEvent[];

  beforeAll(async () => {
    server = await RedisServer.prepare();
  });
  beforeEach(async () => {
    await server.start();
    connection = await connectRedis({ url: server.url }, { timeoutMs: TIMEOUT_MS, readyWaitMs: 5000 });
    events = [];
    connection.subscribe((event) => events.push(event));
    await connection.client.set('key', 'value');
  });
  afterEach(async () => {
    await connection.close();
    await server.kill();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const read = () => connection.client.get('key');
  const ready = () => eventually(() => (connection.isReady() ? true : undefined));
  const types = () => events.map(({ type }) => type);

  async function timed(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await work();
    return performance.now() - start;
  }

  it('that was killed makes commands fail at once, and is used again once it is back', async () => {
    await server.kill();
    await eventually(() => (connection.isReady() ? undefined : true));
    const took = await timed(async () => {
      for (let n = 0; n < 100; n += 1) await expect(read()).rejects.toBeInstanceOf(RedisUnavailableError);
    });
    expect(took).toBeLessThan(SOON_MS);
    expect(await connection.probe()).toBe(false);
    await server.start();
    await ready();
    expect(await read()).toBeNull();
    expect(types()).toEqual(expect.arrayContaining(['ready', 'lost', 'ready']));
  });

  it('that is killed under load leaves no command without an end', async () => {
    const calls = Array.from({ length: 500 }, () => connection.client.incr('n'));
    const killed = server.kill();
    const ends = await Promise.allSettled(calls);
    await killed;
    for (const end of ends) {
      expect(end.status === 'fulfilled' || end.reason instanceof RedisUnavailableError).toBe(true);
    }
  });

  it('that hangs delays one command by its time limit, and those after it not at all', async () => {
    server.hang();
    const first = await timed(() => expect(read()).rejects.toBeInstanceOf(RedisUnavailableError));
    expect(first).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
    expect(first).toBeLessThan(SOON_MS);
    const others = await timed(async () => {
      for (let n = 0; n < 100; n += 1) await expect(read()).rejects.toBeInstanceOf(RedisUnavailableError);
    });
    expect(others).toBeLessThan(SOON_MS);
    server.wake();
    await ready();
    expect(await read()).toBe('value');
  });

  it('that hangs gets a new connection after 500 ms of silence, even under frequent probes', async () => {
    server.hang();
    const isGivenUp = () => events.some(({ reason }) => reason === 'Redis was silent for 500 ms');
    await eventually(async () => {
      await connection.probe();
      return isGivenUp() || undefined;
    });
    server.wake();
    await ready();
    expect(await read()).toBe('value');
  });

  it('that hangs during a handshake gets a new connection, too', async () => {
    server.hang();
    const late = await connectRedis({ url: `${server.url}?db=1` }, { timeoutMs: TIMEOUT_MS, readyWaitMs: 0 });
    const reasons: (string | undefined)[] = [];
    late.subscribe(({ reason }) => reasons.push(reason));
    await eventually(() => reasons.includes('Redis was silent for 500 ms') || undefined);
    server.wake();
    expect(await eventually(() => late.isReady() || undefined)).toBe(true);
    await late.close();
  });

  it('that hangs delays pipelines and transactions by their time limit, too', async () => {
    server.hang();
    const both = [connection.client.pipeline().get('key').exec(), connection.client.multi().get('key').exec()];
    const took = await timed(() => Promise.allSettled(both));
    expect(took).toBeLessThan(SOON_MS);
    for (const call of both) await expect(call).rejects.toBeInstanceOf(RedisUnavailableError);
    server.wake();
  });

  it('that is unavailable at the start lets connectRedis resolve, and is used once it is there', async () => {
    await server.kill();
    let late: RedisConnection | undefined;
    const took = await timed(async () => {
      late = await connectRedis({ url: server.url }, { timeoutMs: TIMEOUT_MS, readyWaitMs: 50 });
    });
    expect(took).toBeLessThan(SOON_MS);
    const lateEvents: RedisEvent[] = [];
    late?.subscribe((event) => lateEvents.push(event));
    expect(lateEvents[0]?.type).toBe('lost');
    await server.start();
    await eventually(() => (late?.isReady() ? true : undefined));
    expect(await late?.client.ping()).toBe('PONG');
    await late?.close();
  });

  it('that was restarted serves its subscriptions again', async () => {
    const received: unknown[] = [];
    const subscriber = connection.client.subscribe<string>('news');
    subscriber.on('message', ({ message }) => received.push(message));
    await eventually(async () => ((await connection.client.publish('news', 'before')) === 1 ? true : undefined));
    // The server may die before the message has left it.
    await eventually(() => (received.length === 1 ? true : undefined));
    await server.kill();
    await server.start();
    await ready();
    await eventually(async () => ((await connection.client.publish('news', 'after')) === 1 ? true : undefined));
    await eventually(() => (received.length > 1 ? true : undefined));
    expect(received).toEqual(['before', 'after']);
    await subscriber.unsubscribe();
  });

  it('that closes only the subscribing connection causes `unsubscribe`, then `subscribe`', async () => {
    const lines: string[] = [];
    const subscriber = connection.client.subscribe('news');
    subscriber.on('subscribe', () => lines.push('subscribe'));
    subscriber.on('unsubscribe', () => lines.push('unsubscribe'));
    await eventually(() => (lines.length === 1 ? true : undefined));
    await connection.client.exec(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await eventually(() => (lines.length === 3 ? true : undefined));
    expect(lines).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    expect(connection.isReady()).toBe(true);
    await subscriber.unsubscribe();
  });
});

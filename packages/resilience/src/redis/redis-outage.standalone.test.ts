import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { eventually } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisConnection, RedisEvent } from './types.ts';

const TIMEOUT_MS = 100;
/** The machine may be busy; the bench measures, this only tells fast from slow. */
const SOON_MS = 1000;

describe.skipIf(!hasRedisServer)('when Redis goes away', () => {
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

  it('killed: commands fail at once, and it is back by itself', async () => {
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

  it('killed under load: every command ends, one way or the other', async () => {
    const calls = Array.from({ length: 500 }, () => connection.client.incr('n'));
    const killed = server.kill();
    const ends = await Promise.allSettled(calls);
    await killed;
    for (const end of ends) {
      expect(end.status === 'fulfilled' || end.reason instanceof RedisUnavailableError).toBe(true);
    }
  });

  it('hung: one command pays the time limit, those after it nothing', async () => {
    server.hang();
    const first = await timed(() => expect(read()).rejects.toBeInstanceOf(RedisUnavailableError));
    expect(first).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
    expect(first).toBeLessThan(SOON_MS);
    const rest = await timed(async () => {
      for (let n = 0; n < 100; n += 1) await expect(read()).rejects.toBeInstanceOf(RedisUnavailableError);
    });
    expect(rest).toBeLessThan(SOON_MS);
    server.wake();
    await ready();
    expect(await read()).toBe('value');
  });

  it('hung: the connection is replaced after 500 ms of silence, even under frequent probes', async () => {
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

  it('hung during the handshake of a connection: that connection is replaced, too', async () => {
    server.hang();
    const late = await connectRedis({ url: `${server.url}?db=1` }, { timeoutMs: TIMEOUT_MS, readyWaitMs: 0 });
    const reasons: (string | undefined)[] = [];
    late.subscribe(({ reason }) => reasons.push(reason));
    await eventually(() => reasons.includes('Redis was silent for 500 ms') || undefined);
    server.wake();
    expect(await eventually(() => late.isReady() || undefined)).toBe(true);
    await late.close();
  });

  it('hung: pipelines and transactions keep the time limit too', async () => {
    server.hang();
    const both = [connection.client.pipeline().get('key').exec(), connection.client.multi().get('key').exec()];
    const took = await timed(() => Promise.allSettled(both));
    expect(took).toBeLessThan(SOON_MS);
    for (const call of both) await expect(call).rejects.toBeInstanceOf(RedisUnavailableError);
    server.wake();
  });

  it('not there at the start: connecting resolves, says so, and finds it later', async () => {
    await server.kill();
    let late: RedisConnection | undefined;
    const took = await timed(async () => {
      late = await connectRedis({ url: server.url }, { timeoutMs: TIMEOUT_MS, readyWaitMs: 50 });
    });
    expect(took).toBeLessThan(SOON_MS);
    const told: RedisEvent[] = [];
    late?.subscribe((event) => told.push(event));
    expect(told[0]?.type).toBe('lost');
    await server.start();
    await eventually(() => (late?.isReady() ? true : undefined));
    expect(await late?.client.ping()).toBe('PONG');
    await late?.close();
  });

  it('killed and back: subscriptions go on', async () => {
    const heard: unknown[] = [];
    const subscriber = connection.client.subscribe<string>('news');
    subscriber.on('message', ({ message }) => heard.push(message));
    await eventually(async () => ((await connection.client.publish('news', 'before')) === 1 ? true : undefined));
    await server.kill();
    await server.start();
    await ready();
    await eventually(async () => ((await connection.client.publish('news', 'after')) === 1 ? true : undefined));
    await eventually(() => (heard.length > 1 ? true : undefined));
    expect(heard).toEqual(['before', 'after']);
    await subscriber.unsubscribe();
  });

  it('only a subscription is broken: its subscriber is told, and told again when it hears', async () => {
    const told: string[] = [];
    const subscriber = connection.client.subscribe('news');
    subscriber.on('subscribe', () => told.push('subscribe'));
    subscriber.on('unsubscribe', () => told.push('unsubscribe'));
    await eventually(() => (told.length === 1 ? true : undefined));
    await connection.client.exec(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await eventually(() => (told.length === 3 ? true : undefined));
    expect(told).toEqual(['subscribe', 'unsubscribe', 'subscribe']);
    expect(connection.isReady()).toBe(true);
    await subscriber.unsubscribe();
  });
});

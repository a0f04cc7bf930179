import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RestServer } from '../testing/rest-server.ts';
import { eventually, testRedisUrl } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import { RedisUnavailableError } from './errors.ts';
import type { RedisEvent } from './types.ts';

const SOON_MS = 1000;

describe.skipIf(!testRedisUrl)('Redis over HTTP', () => {
  let server: RestServer;
  let settings: { restUrl: string; token: string };

  beforeAll(async () => {
    server = new RestServer(testRedisUrl);
    settings = await server.listen();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('costs one time limit and one request when it hangs, then nothing until it is back', async () => {
    const connection = await connectRedis(settings, { timeoutMs: 300 });
    expect(connection.isReady()).toBe(true);
    server.isHung = true;
    const before = server.requests;
    const start = performance.now();
    for (let n = 0; n < 100; n += 1)
      await expect(connection.client.get('key')).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(server.requests - before).toBe(1);
    server.isHung = false;
    await eventually(() => (connection.isReady() ? true : undefined));
    expect(await connection.client.ping()).toBe('PONG');
    await connection.close();
  });

  it.each([
    [429, 'too many requests'],
    [500, 'internal error'],
    [503, 'Service unavailable'],
  ])('is unavailable while a proxy answers %i', async (status, error) => {
    const connection = await connectRedis(settings, { timeoutMs: 2000 });
    server.proxyReply = { status, error };
    const before = server.requests;
    for (let n = 0; n < 10; n += 1)
      await expect(connection.client.get('key')).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(server.requests - before).toBe(1);
    server.proxyReply = undefined;
    await connection.probe();
    expect(connection.isReady()).toBe(true);
    await connection.close();
  });

  it.each([
    'ERR max requests limit exceeded. Limit: 500000, Usage: {n}. See https://upstash.com/docs',
    'ERR max daily request limit exceeded. Limit: 10000, Usage: {n}. See https://upstash.com/docs',
  ])('is unavailable while the quota of its provider is used up: %s', async (quotaError) => {
    const connection = await connectRedis(settings, { timeoutMs: 2000 });
    const reasons: (string | undefined)[] = [];
    const before = server.requests;
    server.proxyReply = { status: 400, error: quotaError.replace('{n}', '500000') };
    connection.subscribe(({ type, reason }) => type !== 'ready' && reasons.push(`${type} ${reason}`));
    for (let n = 0; n < 10; n += 1)
      await expect(connection.client.get('key')).rejects.toBeInstanceOf(RedisUnavailableError);
    expect(server.requests - before).toBe(1);
    server.proxyReply = { status: 400, error: quotaError.replace('{n}', '500001') };
    expect(await connection.probe()).toBe(false);
    expect(reasons).toEqual([`lost ${quotaError.split('.')[0]}`]);
    server.proxyReply = undefined;
    expect(await connection.probe()).toBe(true);
    await connection.close();
  });

  it('is ready although it refuses a command', async () => {
    const connection = await connectRedis(settings, { timeoutMs: 2000 });
    server.proxyReply = { status: 400, error: 'ERR max request size exceeded' };
    await expect(connection.client.get('key')).rejects.toThrow('max request size');
    server.proxyReply = undefined;
    expect(connection.isReady()).toBe(true);
    await connection.close();
  });

  it('delays connectRedis by readyWaitMs at most when it does not exist', async () => {
    const options = { timeoutMs: 100, readyWaitMs: 50 };
    const start = performance.now();
    const connection = await connectRedis({ restUrl: 'http://127.0.0.1:9', token: 'x' }, options);
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(connection.isReady()).toBe(false);
    await connection.close();
  });

  it('is not ready with the wrong token', async () => {
    const connection = await connectRedis({ ...settings, token: 'wrong' }, { timeoutMs: 2000, readyWaitMs: 50 });
    const events: RedisEvent[] = [];
    connection.subscribe((event) => events.push(event));
    expect(connection.isReady()).toBe(false);
    expect(await connection.probe()).toBe(false);
    expect(events.map(({ type }) => type)).toEqual(['lost']);
    await connection.close();
  });
});

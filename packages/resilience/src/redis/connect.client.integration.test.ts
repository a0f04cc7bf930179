import { errors, type Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RestServer } from '../testing/rest-server.ts';
import { connectTestRedis, eventually, testRedisUrl, uniqueKey } from '../testing/test-redis.ts';
import { connectRedis } from './connect.ts';
import type { RedisConnection } from './types.ts';

/** The client must behave the same over both transports. */
describe.skipIf(!testRedisUrl).each(['tcp', 'rest'] as const)('the client over %s', (transport) => {
  let connection: RedisConnection;
  let redis: Redis;
  const rest = transport === 'rest' ? new RestServer(testRedisUrl) : undefined;

  beforeAll(async () => {
    connection = rest ? await connectRedis(await rest.listen(), { timeoutMs: 2000 }) : await connectTestRedis();
    redis = connection.client;
  });
  afterAll(async () => {
    await connection.close();
    await rest?.[Symbol.asyncDispose]();
  });

  describe('a command', () => {
    it.each<[string, unknown]>([
      ['text', 'Rosa canina'],
      ['text like a number with zeros', '007'],
      ['a number too long to be one', '12345678901234567890'],
      ['a number', 7],
      ['a fraction', 0.25],
      ['true', true],
      ['null', null],
      ['a plant', '🌱'],
      ['an object', { name: 'Rosa', scores: [0.95, null], nested: { a: '1' } }],
      ['an empty list', []],
    ])('returns %s unchanged', async (_what, value) => {
      const key = uniqueKey('value');
      await redis.set(key, value);
      expect(await redis.get(key)).toEqual(value);
    });

    it('carries 2 MB', async () => {
      const key = uniqueKey('large');
      await redis.set(key, 'x'.repeat(2_000_000));
      expect(await redis.strlen(key)).toBe(2_000_000);
    });

    it('returns null for a missing value and a missing hash, and 0 for a missing key', async () => {
      const key = uniqueKey('none');
      const replies = { value: await redis.get(key), hash: await redis.hgetall(key), exists: await redis.exists(key) };
      expect(replies).toEqual({ value: null, hash: null, exists: 0 });
    });

    it('returns hashes, sorted sets, streams and scans in the shapes of the client', async () => {
      const key = uniqueKey('shapes');
      await redis.hset(`${key}:h`, { name: 'Rosa', petals: 5 });
      expect(await redis.hgetall(`${key}:h`)).toEqual({ name: 'Rosa', petals: 5 });
      await redis.zadd(`${key}:z`, { score: 1, member: 'a' }, { score: 2.5, member: 'b' });
      expect(await redis.zrange(`${key}:z`, 0, -1, { withScores: true })).toEqual(['a', 1, 'b', 2.5]);
      const id = await redis.xadd(`${key}:s`, '*', { step: 'read' });
      expect(await redis.xrange(`${key}:s`, '-', '+')).toEqual({ [id]: { step: 'read' } });
      const [cursor, keys] = await redis.scan(0, { match: `${key}:*`, count: 10_000 });
      expect({ cursor, keys: keys.toSorted() }).toEqual({ cursor: '0', keys: [`${key}:h`, `${key}:s`, `${key}:z`] });
    });

    it('throws the error reply of Redis as UpstashError', async () => {
      const key = uniqueKey('wrong');
      await redis.set(key, 'text');
      await expect(redis.lpush(key, 'x')).rejects.toThrow('WRONGTYPE');
      await expect(redis.lpush(key, 'x')).rejects.toBeInstanceOf(errors.UpstashError);
      expect(connection.isReady()).toBe(true);
    });

    it('is refused when it would block the shared connection', async () => {
      await expect(redis.exec(['BLPOP', uniqueKey('list'), 0])).rejects.toThrow('BLPOP is refused');
    });
  });

  describe('a pipeline', () => {
    it('returns its replies in order', async () => {
      const key = uniqueKey('pipeline');
      const replies = await redis.pipeline().set(key, { n: 1 }).get(key).incr(`${key}:n`).exec();
      expect(replies).toEqual(['OK', { n: 1 }, 1]);
    });

    it('names the command that failed, or keeps its error among the replies', async () => {
      const key = uniqueKey('pipeline');
      await redis.set(key, 'text');
      await expect(redis.pipeline().get(key).incr(key).exec()).rejects.toThrow('Command 2 [ incr ] failed: ERR');
      const kept = await redis.pipeline().incr(key).get(key).exec({ keepErrors: true });
      expect(kept[0].error).toContain('ERR value is not an integer');
      expect(kept[1]).toEqual({ error: undefined, result: 'text' });
    });
  });

  describe('a transaction', () => {
    it('returns its replies in order', async () => {
      const key = uniqueKey('multi');
      expect(await redis.multi().set(key, 1).incr(key).get(key).exec()).toEqual(['OK', 2, 2]);
    });

    it('changes nothing when Redis refuses it as a whole', async () => {
      const key = uniqueKey('multi');
      const transaction = redis.multi();
      transaction.set(key, 1);
      // @ts-expect-error -- INCR takes one argument: Redis refuses to queue this one
      transaction.incr(key, 'too many');
      const refused = await transaction.exec().catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(errors.UpstashError);
      expect(refused).toMatchObject({ message: expect.stringContaining('EXECABORT') as string });
      expect(await redis.get(key)).toBeNull();
    });
  });

  describe('a script', () => {
    const body = "redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), 7}";

    it('runs by text and by SHA', async () => {
      const key = uniqueKey('script');
      expect(await redis.eval(body, [key], ['leaf'])).toEqual(['leaf', 7]);
      const sha = await redis.scriptLoad(body);
      expect(await redis.evalsha(sha, [key], ['root'])).toEqual(['root', 7]);
      expect(await redis.createScript<[string, number]>(body).exec([key], ['stem'])).toEqual(['stem', 7]);
    });

    it('for Upstash runs, too, also in batches and after Redis has forgotten it', async () => {
      const key = uniqueKey('script');
      const script = redis.createScript<[string, number]>(`#!lua flags=allow-key-locking\n${body}`);
      expect(await script.exec([key], ['a'])).toEqual(['a', 7]);
      await redis.scriptFlush();
      expect(await redis.evalsha(script.sha1, [key], ['b'])).toEqual(['b', 7]);
      await redis.scriptFlush();
      expect(await redis.pipeline().evalsha(script.sha1, [key], ['c']).exec()).toEqual([['c', 7]]);
      await redis.scriptFlush();
      expect(await redis.multi().evalsha(script.sha1, [key], ['d']).exec()).toEqual([['d', 7]]);
    });

    it('with an unknown SHA fails with NOSCRIPT', async () => {
      await expect(redis.evalsha('0'.repeat(40), [], [])).rejects.toThrow('NOSCRIPT');
    });
  });

  describe('a subscription', () => {
    it('receives messages by channel and pattern, commas and JSON included, until it ends', async () => {
      const channel = uniqueKey('channel');
      const received: unknown[] = [];
      const byName = redis.subscribe<unknown>(channel);
      byName.on('message', ({ message }) => received.push(message));
      const byPattern = redis.psubscribe<unknown>(`${channel}*`);
      byPattern.on('pmessage', ({ channel: from, message }) => received.push({ from, message }));
      await eventually(async () => ((await redis.publish(channel, { a: [1, 2] })) === 2 ? true : undefined));
      await eventually(() => (received.length >= 2 ? true : undefined));
      expect(received).toContainEqual({ a: [1, 2] });
      expect(received).toContainEqual({ from: channel, message: { a: [1, 2] } });
      await Promise.all([byName.unsubscribe(), byPattern.unsubscribe()]);
      await eventually(async () => ((await redis.publish(channel, 'unheard')) === 0 ? true : undefined));
    });
  });

  it('is ready when a probe succeeds', async () => {
    const probe = await connection.probe();
    const { transport: used } = connection;
    expect({ probe, isReady: connection.isReady(), used }).toEqual({ probe: true, isReady: true, used: transport });
  });
});

describe.skipIf(!testRedisUrl)('a connection with a database index', () => {
  it('sees no keys of another database', async () => {
    const key = uniqueKey('db');
    const url = testRedisUrl.startsWith('unix:') ? `${testRedisUrl}?db=1` : `${testRedisUrl.replace(/\/\d*$/, '')}/1`;
    const other = await connectTestRedis(url);
    const one = await connectTestRedis();
    await one.client.set(key, 'here');
    expect(await other.client.get(key)).toBeNull();
    await Promise.all([one.close(), other.close()]);
  });
});

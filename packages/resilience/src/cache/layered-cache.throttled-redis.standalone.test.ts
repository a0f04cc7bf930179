import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { connectRedis } from '../redis/connect.ts';
import type { RedisConnection } from '../redis/types.ts';
import { hasRedisServer, RedisServer } from '../testing/redis-server.ts';
import { connectTestRedis, eventually } from '../testing/test-redis.ts';
import { createCache } from './create-cache.ts';

const TICK_MS = 5;
const BIG = 'x'.repeat(300_000);
/** Over 1.2 Mbit/s it takes a second, more than twice the time limit of a command of this size. */
const LESS_BIG = 'x'.repeat(150_000);
const lifetime = () => ({ ttlMs: 60_000, staleMs: 60_000 });

interface Link extends AsyncDisposable {
  readonly url: string;
  /** Bytes that were sent to Redis. */
  sent(): number;
  isIdle(): boolean;
}

/** A TCP proxy to Redis with a limited rate (bytes per millisecond) over all connections together. */
async function openLink(server: RedisServer, rate: number): Promise<Link> {
  const waiting: { readonly bytes: Buffer; readonly from: Socket; readonly to: Socket }[] = [];
  const ends = new Set<Socket>();
  let [sent, tokens] = [0, 0];
  const box = createServer((near) => {
    const far = connect(server.url.replace('unix://', ''));
    for (const end of [near, far]) ends.add(end.on('error', () => {}));
    near.on('data', (bytes: Buffer) => {
      near.pause();
      waiting.push({ bytes, from: near, to: far });
    });
    far.on('data', (bytes: Buffer) => near.write(bytes));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const carry = setInterval(() => {
    tokens = Math.min(tokens + rate * TICK_MS, rate * TICK_MS * 2);
    for (let next = waiting[0]; next && tokens > 0; next = waiting[0]) {
      const bytes = next.bytes.subarray(0, tokens);
      waiting.shift();
      if (next.from.destroyed) continue;
      if (bytes.length < next.bytes.length) waiting.push({ ...next, bytes: next.bytes.subarray(bytes.length) });
      else next.from.resume();
      tokens -= bytes.length;
      sent += bytes.length;
      next.to.write(bytes);
    }
  }, TICK_MS);
  box.listen(0, '127.0.0.1');
  await once(box, 'listening');
  const address = box.address();
  if (typeof address !== 'object' || !address) throw new TypeError('a server on a port has an address');
  return {
    url: `redis://127.0.0.1:${address.port}`,
    sent: () => sent,
    isIdle: () => waiting.length === 0,
    async [Symbol.asyncDispose]() {
      clearInterval(carry);
      for (const end of ends) end.destroy();
      box.close();
    },
  };
}

describe.skipIf(!hasRedisServer)('a value that takes longer to send than the time limit of a command', () => {
  let server: RedisServer;
  let admin: RedisConnection;

  beforeEach(async () => {
    server = await RedisServer.prepare();
    await server.start();
    admin = await connectTestRedis(server.url);
    await admin.client.set('small', 'leaf');
  });
  afterEach(async () => {
    await admin.close();
    await server[Symbol.asyncDispose]();
  });

  async function createProcess(url: string) {
    const redis = await connectRedis({ url }, { timeoutMs: 100, readyWaitMs: 5000 });
    const shared = { redis, prefix: 'link', clock: systemClock };
    const cache = createCache({ ...shared, lock: { ttlMs: 60_000, waitMs: 60_000 }, memory: { maxEntries: 10 } });
    const store = (value: string) => cache.getOrLoad('big', async () => value, { lifetime });
    let losses = 0;
    redis.subscribe(({ type }) => {
      if (type === 'lost') losses += 1;
    });
    return { redis, store, losses: () => losses };
  }

  /** Reads a small value again and again. */
  async function readMeanwhile({ client: redis }: RedisConnection, ms: number) {
    const count = { answered: 0, failed: 0 };
    const asked: Promise<void>[] = [];
    const ask = async () => {
      try {
        await redis.get('small');
        count.answered += 1;
      } catch {
        count.failed += 1;
      }
    };
    for (const end = performance.now() + ms; performance.now() < end; await pause(TICK_MS)) asked.push(ask());
    await Promise.all(asked);
    return count;
  }

  it('is stored over 10 Mbit/s, and every other command is answered', { timeout: 30_000 }, async () => {
    await using link = await openLink(server, 1250);
    const { redis, store, losses } = await createProcess(link.url);
    const [, count] = await Promise.all([store(BIG), readMeanwhile(redis, 1000)]);
    expect({ failed: count.failed, losses: losses() }).toEqual({ failed: 0, losses: 0 });
    expect(count.answered).toBeGreaterThan(20);
    expect(await admin.client.strlen('link:{big}:value')).toBeGreaterThan(BIG.length);
    expect(link.sent()).toBeLessThan(BIG.length * 1.5);
    await redis.close();
  });

  it('is given up over 1.2 Mbit/s after few tries, and its lease is released', { timeout: 60_000 }, async () => {
    await using link = await openLink(server, 150);
    const { redis, store } = await createProcess(link.url);
    expect(await store(LESS_BIG)).toMatchObject({ value: LESS_BIG, source: 'loaded' });
    await eventually(async () => ((await admin.client.exists('link:{big}:lock')) === 0 ? true : undefined), 40_000);
    await eventually(() => (redis.isReady() ? true : undefined));
    // Bytes that were on their way when a connection was given up still arrive.
    await eventually(() => (link.isIdle() ? true : undefined));
    const before = link.sent();
    expect(before).toBeLessThan(LESS_BIG.length * 4.5);
    expect(await readMeanwhile(redis, 2000)).toMatchObject({ failed: 0 });
    expect(link.sent() - before).toBeLessThan(LESS_BIG.length / 10);
    expect(await admin.client.exists('link:{big}:value')).toBe(0);
    await redis.close();
  });
});

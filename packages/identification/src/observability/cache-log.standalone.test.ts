import { randomUUID } from 'node:crypto';
import {
  type Cache,
  type Clock,
  connectRedis,
  createCache,
  createLeases,
  type Lifetime,
  type RedisConnection,
  systemClock,
} from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { answerKey } from '../identify/questions.ts';
import { plantId } from '../providers/index.ts';
import { createCacheLog, logAnswerCache } from './cache-log.ts';
import { KEPT_LINES, keptLineOf } from './testing/kept-lines.ts';

const PHOTO = 'abcdef0123456789';
const KEY = answerKey({
  definition: plantId,
  origin: 'https://plant.example',
  photoHashes: [PHOTO],
  options: { includeDiseases: true, organs: [] },
});

const WAIT_MS = 100;
const lifetime = (): Lifetime => ({ ttlMs: 60_000, staleMs: 60_000 });

describe.skipIf(!hasRedisServer)('the cache log of Plant.id', () => {
  const everyLine = new Set<string>();
  let server: RedisServer;
  let redis: RedisConnection;
  let prefix: string;
  let lines: string[];
  const logger = createLogger({
    level: 'debug',
    destination: {
      write(line) {
        const { level, msg } = JSON.parse(line) as { level: string; msg: string };
        lines.push(`${level} ${msg}`);
        everyLine.add(`${level} ${msg}`);
      },
    },
  });

  beforeAll(async () => {
    server = await RedisServer.prepare();
    await server.start();
    redis = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
  });
  afterAll(async () => {
    await redis.close();
    await server[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
    lines = [];
  });

  interface ProcessOptions {
    logged?: boolean;
    waitMs?: number;
    /** Early refreshes are due for sure. */
    surely?: boolean;
    clock?: Clock;
  }

  function createProcess({ logged = true, waitMs = 10_000, surely = false, clock = systemClock }: ProcessOptions = {}) {
    const shared = { redis, prefix, clock };
    const random = surely ? () => 1 - Number.EPSILON : Math.random;
    const lock = { ttlMs: 10_000, waitMs, owner: 'plant_id' };
    const cache = createCache({ ...shared, memory: { maxEntries: 10 }, lock, random });
    const log = createCacheLog(logger, waitMs);
    if (logged) cache.subscribeToLock(log.onLease);
    if (logged) cache.subscribe(log.onCache);
    return cache;
  }

  const fill = async (cache: Cache) => await cache.getOrLoad(KEY, async () => 'Rosa', { lifetime });
  /** Holds the lock without ever releasing it. */
  const hold = () => redis.client.set(`${prefix}:{${KEY}}:lock`, 'another-owner', { px: 60_000 });

  it('does not report a connection that this process closes after the service', async () => {
    const own = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
    const closing = new AbortController();
    const cache = createCache({ redis: own, prefix });
    logAnswerCache('plant_id', { cache, redis: own, closing: closing.signal }, logger, WAIT_MS);
    closing.abort();
    await own.close();
    expect(lines).toEqual(['info [LOCK] Redis connection verified for distributed locks']);
  });

  it('has every step from the miss to the release, and the hit after it', async () => {
    const cache = createProcess();
    await cache.peek(KEY);
    await fill(cache);
    await cache.peek(KEY);
    expect(lines.map((line) => line.replace(/plant_id-.+-\d+/, 'ID').replace(/after \d+ms/, 'after Nms'))).toEqual([
      'info [CACHE] MISS for abcdef01... (acquiring lock)',
      'info [LOCK] Attempting lock for abcdef01... (id: ID)',
      'info [LOCK] Lock acquired for abcdef01... after Nms (id: ID)',
      'debug [LOCK] Lock holder: ID',
      'info [CACHE] COMPUTING abcdef01...',
      'info [LOCK] Calling Plant.id API for abcdef01...',
      'info [LOCK] Released lock for abcdef01... (id: ID)',
      'info [CACHE] HIT for abcdef01... (instant)',
    ]);
  });

  it('has a line for each request that joined the call of another one', async () => {
    const cache = createProcess();
    await Promise.all(Array.from({ length: 10 }, () => fill(cache)));
    const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
    expect(count('info [LOCK] Calling Plant.id API')).toBe(1);
    expect(count('info [LOCK] Cache populated by another process for abcdef01... (skipping API call)')).toBe(9);
  });

  it('has that line in a process that waited for another one', async () => {
    const [one, other] = [createProcess({ logged: false }), createProcess()];
    const answer = Promise.withResolvers<string>();
    const calling = Promise.withResolvers<void>();
    one.subscribe(({ type }) => type === 'loading' && calling.resolve());
    const first = one.getOrLoad(KEY, () => answer.promise, { lifetime });
    await calling.promise;
    const second = fill(other);
    answer.resolve('Rosa');
    await Promise.all([first, second]);
    // It may have been just late enough to be given the lease, and then looks before it calls.
    expect(lines.filter((line) => !line.includes(' (id: ') && !line.includes('Lock holder'))).toEqual([
      'info [CACHE] HIT after lock for abcdef01...',
      'info [LOCK] Cache populated by another process for abcdef01... (skipping API call)',
    ]);
  });

  it('warns of a call without lock after the wait timed out', async () => {
    await hold();
    await fill(createProcess({ waitMs: WAIT_MS }));
    expect(lines.slice(-2)).toEqual([
      'warn [LOCK] Lock acquisition timed out after 0.1s (proceeding without lock - cache stampede risk)',
      'info [CACHE] Calling API for abcdef01... (no lock)',
    ]);
  });

  it('warns of a timed-out wait that a stale answer ends', async () => {
    const cache = createProcess({ waitMs: WAIT_MS });
    const brief = () => ({ ttlMs: 1, staleMs: 60_000 });
    await cache.getOrLoad(KEY, async () => 'Rosa', { lifetime: brief });
    await expect.poll(async () => (await cache.peek(KEY))?.stale).toBe(true);
    await hold();
    lines = [];
    const load = vi.fn<() => Promise<string>>(async () => 'Lilium');
    expect(await cache.getOrLoad(KEY, load, { lifetime })).toMatchObject({ value: 'Rosa', stale: true });
    expect(load).not.toHaveBeenCalled();
    expect(lines.filter((line) => !line.includes(' (id: '))).toEqual([
      'warn [LOCK] Lock acquisition timed out after 0.1s (proceeding without lock - cache stampede risk)',
      'info [CACHE] STALE for abcdef01... (0s old)',
    ]);
  });

  it('does not warn of a stale answer without a wait', async () => {
    const cache = createProcess({ waitMs: WAIT_MS });
    const options = { lifetime: () => ({ ttlMs: 1, staleMs: 60_000 }), staleRetryMs: 60_000 };
    await cache.getOrLoad(KEY, async () => 'Rosa', options);
    await expect.poll(async () => (await cache.peek(KEY))?.stale).toBe(true);
    lines = [];
    const fail = () => Promise.reject(new Error('no answer'));
    expect(await cache.getOrLoad(KEY, fail, options)).toMatchObject({ value: 'Rosa', stale: true });
    expect(lines.join('\n')).toContain('[CACHE] STALE');
    expect(lines.join('\n')).not.toContain('timed out');
  });

  it('warns of a lock that its holder did not release', async () => {
    const leases = createLeases({ redis, prefix, owner: 'plant_id', clock: systemClock });
    await leases.acquire(KEY, { ttlMs: 100, waitMs: 0, renew: false });
    await fill(createProcess());
    expect(lines.map((line) => line.replaceAll(/plant_id-.+?-\d+(?=[,)])/g, 'ID'))).toContain(
      'warn [LOCK] Took over expired lock for abcdef01... (id: ID, before: ID)',
    );
  });

  it('has a line for an answer that was found when the wait ended', async () => {
    const value = `${prefix}:{${KEY}}:value`;
    await fill(createProcess({ logged: false }));
    const stored = await redis.client.getdel<object>(value);
    await hold();
    const cache = createProcess({ waitMs: WAIT_MS });
    // Another process stores it between the end of the wait and the last look.
    cache.subscribeToLock(({ type }) => type === 'timed_out' && void redis.client.set(value, stored));
    await fill(cache);
    expect(lines).toContain('info [CACHE] Last-chance hit for abcdef01...');
    expect(lines).toContain(
      'info [LOCK] Lock timeout resolved - cache populated by another process (skipping API call)',
    );
  });

  it('has a line for an early refresh', async () => {
    const clock = new FakeClock();
    const cache = createProcess({ surely: true, clock });
    const slowly = async () => {
      clock.advance(2_000);
      return 'Rosa';
    };
    await cache.getOrLoad(KEY, slowly, { lifetime });
    const again = Promise.withResolvers<void>();
    cache.subscribe(({ type }) => type === 'stored' && again.resolve());
    await cache.peek(KEY, { load: async () => 'Rosa', lifetime });
    await again.promise;
    expect(lines).toContain('info [CACHE] Early recompute for abcdef01...');
  });

  it('warns while Redis is unavailable, and has the usual lines when it is back', async () => {
    const own = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
    const waiting = new Map([
      ['ready', Promise.withResolvers<void>()],
      ['lost', Promise.withResolvers<void>()],
    ]);
    own.subscribe(createCacheLog(logger, WAIT_MS).onRedis);
    own.subscribe(({ type }) => waiting.get(type)?.resolve());
    await waiting.get('ready')?.promise;
    expect(lines).toContain('info [LOCK] Redis connection verified for distributed locks');
    await server.kill();
    await waiting.get('lost')?.promise;
    const cache = createProcess();
    await fill(cache);
    expect(lines.map(keptLineOf)).toEqual(
      expect.arrayContaining([
        'warn [LOCK] Redis not available for distributed locks: {reason}',
        'warn [CACHE] Redis unavailable: {reason}',
        'warn [LOCK] Redis unavailable - skipping lock (cache stampede possible)',
        'info [CACHE] Calling API for {h}... (no lock)',
        'warn [CACHE] Could not cache key: {key}',
      ]),
    );
    await own.close();
  });

  it('has the kept lines, and all of them', () => {
    const written = new Set([...everyLine].map(keptLineOf));
    expect(KEPT_LINES.filter((line) => !written.has(line))).toEqual([]);
  });
});

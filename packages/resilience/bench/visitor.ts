import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Ratelimit } from '@upstash/ratelimit';
import { connectRedis, createCache, createCircuit, systemClock } from '../src/index.ts';

export interface Visitor {
  /** @returns milliseconds of one request: counted by a limiter, not in the cache, loaded behind a circuit */
  request(): Promise<number>;
  leave(): Promise<void>;
}

const SHARED = { prefix: 'bench', clock: systemClock };
const KEPT = { ttlMs: 60_000, staleMs: 60_000 };

/** Everything a request does with Redis, over a connection as in production that has been used already. */
export async function welcomeVisitor(url: string): Promise<Visitor> {
  const redis = await connectRedis({ url }, { timeoutMs: 100, readyWaitMs: 10_000 });
  const limiter = new Ratelimit({
    redis: redis.client,
    limiter: Ratelimit.slidingWindow(1_000_000, '1 h'),
    prefix: 'bench:limit',
    ephemeralCache: false,
    timeout: 0,
  });
  const lock = { ttlMs: 30_000, waitMs: 30_000 };
  const cache = createCache({ ...SHARED, redis, lock, memory: { maxEntries: 100 } });
  const circuit = createCircuit({
    ...SHARED,
    redis,
    name: 'visited',
    failMax: 3,
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 1,
    classify: () => 'failure',
  });
  const load = () => circuit.execute(async () => 'Rosa');
  const request = async (): Promise<number> => {
    const askedAt = performance.now();
    // A limiter without Redis is told so and counts by itself.
    await limiter.limit('visitor').catch(() => undefined);
    await cache.getOrLoad(randomUUID(), load, { lifetime: () => KEPT });
    return performance.now() - askedAt;
  };
  const leave = async (): Promise<void> => {
    circuit.close();
    await redis.close();
  };
  await request();
  if (!redis.isReady()) throw new Error('Redis should have answered the first request');
  return { request, leave };
}

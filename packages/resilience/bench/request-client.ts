import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Ratelimit } from '@upstash/ratelimit';
import { connectRedis, createCache, createCircuit, systemClock } from '../src/index.ts';

export interface RequestClient {
  /** @returns milliseconds of one request: a limiter counts it, the cache misses, a circuit guards the load */
  request(): Promise<number>;
  close(): Promise<void>;
}

const SHARED = { prefix: 'bench', clock: systemClock };
const LIFETIME = { ttlMs: 60_000, staleMs: 60_000 };

/** Makes a client that does everything a request does with Redis, over a connection as in production, already in use. */
export async function connectRequestClient(url: string): Promise<RequestClient> {
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
    name: 'request',
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
    // Without Redis the limiter throws.
    await limiter.limit('client').catch(() => undefined);
    await cache.getOrLoad(randomUUID(), load, { lifetime: () => LIFETIME });
    return performance.now() - askedAt;
  };
  const close = async (): Promise<void> => {
    circuit.close();
    await redis.close();
  };
  await request();
  if (!redis.isReady()) throw new Error('Redis should have answered the first request');
  return { request, close };
}

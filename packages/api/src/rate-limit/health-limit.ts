import { addressKey } from '@plantcommunity/http';
import type { Clock } from '@plantcommunity/resilience';
import { rateLimited } from '../errors/rate-limited.ts';

/** Maximum burst of calls from an address. */
const BURST = 100;
/** Milliseconds until one more call is allowed: 50 a second. */
const REFILL_MS = 20;
/** Maximum number of addresses in memory; the least recent caller is dropped first. */
const MAX_ADDRESSES = 10_000;

/** Limits how often an address may call health. Counts in this process only, without a Redis round trip. */
export interface HealthLimit {
  /** Counts a call from an address; callers with an unknown address count as one. @throws {ApiError} `rate_limited` */
  consume(address: string | undefined): void;
}

/** Keeps a token bucket for each address (for IPv6, each /64), stored as the time at which it is full again. */
export function createHealthLimit(clock: Clock): HealthLimit {
  /** When each bucket is full again, in milliseconds of the monotonic clock; the least recent caller first. */
  const fullAt = new Map<string, number>();
  return {
    consume(address) {
      const key = address === undefined ? 'unknown' : addressKey(address);
      const now = clock.monotonic();
      const full = Math.max(now, fullAt.get(key) ?? 0) + REFILL_MS;
      const waitMs = full - now - BURST * REFILL_MS;
      if (waitMs > 0) throw rateLimited(clock.now() + waitMs, clock.now());
      fullAt.delete(key);
      fullAt.set(key, full);
      const [oldest] = fullAt.keys();
      if (fullAt.size > MAX_ADDRESSES && oldest !== undefined) fullAt.delete(oldest);
    },
  };
}

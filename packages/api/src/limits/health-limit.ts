import type { Clock } from '@plantcommunity/resilience';
import { addressKey } from '../door/address-key.ts';
import { rateLimited } from './rate-limited.ts';

/** Calls of an address that are let through at once. */
const BURST = 100;
/** Milliseconds after which one more is let through: 50 a second. */
const REFILL_MS = 20;
/** Addresses that are remembered, those that called last. */
const MAX_ADDRESSES = 10_000;

/** Limits how often an address may ask for health; counted in this process alone, so that counting costs nothing. */
export interface HealthLimit {
  /** Counts a call of a client's address; callers without a known one count as one. @throws {ApiError} `rate_limited` */
  take(address: string | undefined): void;
}

/** A token bucket for each address (for IPv6, each /64), kept as the moment at which it is full again. */
export function createHealthLimit(clock: Clock): HealthLimit {
  /** By address, the one that called longest ago first; in milliseconds of the monotonic clock. */
  const fullAt = new Map<string, number>();
  return {
    take(address) {
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

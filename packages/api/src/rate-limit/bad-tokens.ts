import type { Clock } from '@plantcommunity/resilience';
import { rateLimited } from '../errors/rate-limited.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';

/** The limit for an address is this many times the limit for one token: many apps may share an address. */
const APPS_AT_AN_ADDRESS = 10;
/** Concurrent look-ups in this process for tokens from addresses over their limit. */
const LOOK_UPS = 2;
/** Maximum number of such tokens that wait for a look-up. */
const MAX_WAITING = 100;
/** Retry-After of a token that is refused because too many wait. */
const RETRY_MS = 1_000;

/** Digests of a refresh token and of the address that sent it. */
interface SentToken {
  token: string;
  addressHash: string;
}

export interface BadTokens {
  /**
   * Runs `work` with a refresh token. When `work` returns undefined the token is bad, and counts against the limit of
   * that token and, separately, against the limit of its address. A good token is never refused because of bad tokens
   * from the same address. Once the address is over its limit, look-ups queue, so that a flood of bad tokens uses at
   * most two database connections.
   * @throws {ApiError} `rate_limited` for a token over its own limit, without running `work`; for a bad token from an
   * address over its limit; and when too many wait
   */
  run<T>(sent: SentToken, work: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** @param options `rate`: the limit for one bad token. */
export function createBadTokens(options: { limiter: RateLimiter; clock: Clock; rate: Rate }): BadTokens {
  const { clock, rate, limiter } = options;
  const addressRate = { ...rate, count: rate.count * APPS_AT_AN_ADDRESS };
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inLookUpQueue<T>(work: () => Promise<T>): Promise<T> {
    if (running < LOOK_UPS) running += 1;
    else if (waiting.length >= MAX_WAITING) throw rateLimited(clock.now() + RETRY_MS, clock.now());
    else {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    async run({ addressHash, token }, work) {
      const [tokenKey, addressLimitKey] = [`bad-token:${token}`, `bad-token-address:${addressHash}`];
      const [ofToken, ofAddress] = await Promise.all([
        limiter.peek(tokenKey, rate),
        limiter.peek(addressLimitKey, addressRate),
      ]);
      if (ofToken.remaining === 0) throw rateLimited(ofToken.resetAt, clock.now());
      const result = await (ofAddress.remaining === 0 ? inLookUpQueue(work) : work());
      if (result !== undefined) return result;
      // The address first: over its limit, no keys are added for further tokens.
      for (const [key, limit] of [[addressLimitKey, addressRate] as const, [tokenKey, rate] as const]) {
        // oxlint-disable-next-line no-await-in-loop -- they come one after the other
        const consumed = await limiter.consume(key, limit);
        if (!consumed.allowed) throw rateLimited(consumed.resetAt, clock.now());
      }
      return undefined;
    },
  };
}

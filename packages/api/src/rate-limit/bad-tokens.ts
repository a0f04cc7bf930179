import type { Clock } from '@plantcommunity/resilience';
import { ApiError } from '../errors/api-error.ts';
import { limitedSeconds } from '../errors/rate-limited.ts';
import { throttled } from '../errors/texts.ts';
import { type RateHeaders, rateHeaders } from './rate-headers.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';

/** The limit for an address is this many times the limit for one token: many apps may share an address. */
const APPS_AT_AN_ADDRESS = 10;
/** Concurrent look-ups in this process for tokens from addresses over their limit. */
const LOOK_UPS = 2;
/** Maximum number of such tokens that wait for a look-up. */
const MAX_WAITING = 100;
/** Retry-After of a token that is refused because too many wait. */
const RETRY_MS = 1_000;

/** Digests of a token, which is a refresh token or an API key, and of the address that sent it. */
interface SentToken {
  token: string;
  addressHash: string;
}

export interface BadTokens {
  /**
   * Runs `work`, which looks the token up. When `work` returns undefined the token is bad, and counts against the limit of
   * that token and, separately, against the limit of its address. A good token is never refused because of bad tokens
   * from the same address. Once the address is over its limit, look-ups queue, so that a flood of bad tokens uses at
   * most two database connections.
   * @throws {BadTokenError} for a token over its own limit, without running `work`; for a bad token from an
   * address over its limit; and when too many wait
   */
  run<T>(sent: SentToken, work: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** A 429 because of bad tokens. `rateHeaders` describe the limit, for calls whose 429 all have these headers. */
export class BadTokenError extends ApiError {
  readonly rateHeaders: RateHeaders;

  constructor(limit: { policy: 'bad-token' | 'bad-token-address'; rate: Rate; resetAt: number }, now: number) {
    const retryAfter = limitedSeconds(limit.resetAt - now);
    super('rate_limited', throttled(retryAfter), { retryAfter });
    this.rateHeaders = rateHeaders({ ...limit, allowed: false, remaining: 0 }, [], now);
  }
}

/** @param options `rate`: the limit for one bad token. */
export function createBadTokens(options: { limiter: RateLimiter; clock: Clock; rate: Rate }): BadTokens {
  const { clock, rate, limiter } = options;
  const addressRate = { ...rate, count: rate.count * APPS_AT_AN_ADDRESS };
  let running = 0;
  const waiting: (() => void)[] = [];

  async function inLookUpQueue<T>(work: () => Promise<T>): Promise<T> {
    if (running < LOOK_UPS) running += 1;
    else if (waiting.length >= MAX_WAITING) {
      const now = clock.now();
      throw new BadTokenError({ policy: 'bad-token-address', rate: addressRate, resetAt: now + RETRY_MS }, now);
    } else {
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
      if (ofToken.remaining === 0) throw new BadTokenError({ policy: 'bad-token', ...ofToken }, clock.now());
      const result = await (ofAddress.remaining === 0 ? inLookUpQueue(work) : work());
      if (result !== undefined) return result;
      // The address first: over its limit, no keys are added for further tokens.
      const byAddress = await limiter.consume(addressLimitKey, addressRate);
      if (!byAddress.allowed) throw new BadTokenError({ policy: 'bad-token-address', ...byAddress }, clock.now());
      const byToken = await limiter.consume(tokenKey, rate);
      if (!byToken.allowed) throw new BadTokenError({ policy: 'bad-token', ...byToken }, clock.now());
      return undefined;
    },
  };
}

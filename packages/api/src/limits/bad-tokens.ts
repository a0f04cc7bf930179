import type { Clock } from '@plantcommunity/resilience';
import type { Rate } from '../config.ts';
import { rateLimited } from './rate-limited.ts';
import type { RateWindow } from './rate-window.ts';

/** Bad tokens from an address count up to this many times the number of one token: a place has many apps. */
const APPS_AT_AN_ADDRESS = 10;
/** Tokens that are looked up at a time in this process, of all addresses that sent too many bad ones. */
const LOOK_UPS = 2;
/** Tokens of such addresses that wait for it. */
const MAX_WAITING = 100;
/** When a token that finds no room to wait may come again. */
const RETRY_MS = 1_000;

/** A refresh token that was sent, and where from, as digests. */
interface SentToken {
  token: string;
  place: string;
}

export interface BadTokens {
  /**
   * Does what a refresh token was sent for. When that is undefined the token is bad, and counts for itself and, apart
   * from that, for its address. A good token is never refused for what its neighbours send; behind an address that sent
   * too many bad ones it waits, so that a flood of them holds two connections to the database and no more.
   * @throws {ApiError} `rate_limited` for a token that was bad too often, without a look; for a bad one too many from its
   * address; and where too many wait
   */
  count<T>(sent: SentToken, work: () => Promise<T | undefined>): Promise<T | undefined>;
}

/** `rate` is that of one token. */
export function createBadTokens(options: { window: RateWindow; clock: Clock; rate: Rate }): BadTokens {
  const { clock, rate, window } = options;
  const addressRate = { ...rate, count: rate.count * APPS_AT_AN_ADDRESS };
  let running = 0;
  const waiting: (() => void)[] = [];

  async function oneByOne<T>(work: () => Promise<T>): Promise<T> {
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
    async count({ place, token }, work) {
      const [tokenKey, placeKey] = [`bad-token:${token}`, `bad-token-address:${place}`];
      const [ofToken, ofPlace] = await Promise.all([window.look(tokenKey, rate), window.look(placeKey, addressRate)]);
      if (ofToken.remaining === 0) throw rateLimited(ofToken.resetAt, clock.now());
      const result = await (ofPlace.remaining === 0 ? oneByOne(work) : work());
      if (result !== undefined) return result;
      // The address first: one that is full adds no keys for ever more tokens.
      for (const [key, limit] of [[placeKey, addressRate] as const, [tokenKey, rate] as const]) {
        // oxlint-disable-next-line no-await-in-loop -- they come one after the other
        const taken = await window.take(key, limit);
        if (!taken.allowed) throw rateLimited(taken.resetAt, clock.now());
      }
      return undefined;
    },
  };
}

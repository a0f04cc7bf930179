import { AuthError } from '@plantcommunity/auth';
import type { Clock } from '@plantcommunity/resilience';
import type { ApiError } from '../errors/api-error.ts';
import { rateLimited } from '../errors/rate-limited.ts';
import type { Attempts } from './attempts.ts';
import type { Rate, RateLimiter, RateLimitState } from './rate-limiter.ts';

export interface Registrations {
  /**
   * Runs `work`, which creates an account for a client; `addressHash` is a digest of its address. Created accounts count
   * against one limit, refused registrations against another. So a mistake does not use up the accounts of a school
   * class, and an address can probe only a limited number of times which accounts exist. A registration that failed
   * otherwise does not count.
   * @throws {ApiError} `rate_limited`, with the cause and the remedy, without running `work`
   */
  run<T>(addressHash: string, work: () => Promise<T>): Promise<T>;
}

/** @param options `rate`: limit for the accounts of one address, and for its refused registrations. */
export function createRegistrations(options: {
  limiter: RateLimiter;
  attempts: Attempts;
  clock: Clock;
  rate: Rate;
}): Registrations {
  const { attempts, clock, rate, limiter } = options;

  /** Creates the 429. `noun` and `predicate` form its sentence: "At most 10 accounts per hour may be created …". */
  function tooMany(full: RateLimitState, noun: string, predicate: string): ApiError {
    const { count, windowMs } = full.rate;
    const most = `At most ${count} ${count === 1 ? noun : `${noun}s`} per ${spanOf(windowMs)}`;
    return rateLimited(full.resetAt, clock.now(), {
      cause: `${most} ${predicate} from one network address. ${REMEDY}`,
    });
  }

  return {
    async run(addressHash, work) {
      const refusedKey = `register-refused:${addressHash}`;
      const tooManyRefused = (refused: RateLimitState) => tooMany(refused, 'registration', 'may fail');
      async function requireFewRefused(): Promise<void> {
        const refused = await limiter.peek(refusedKey, rate);
        if (refused.remaining === 0) throw tooManyRefused(refused);
      }

      await requireFewRefused();
      // An account counts before it is created, so that many at once do not exceed the limit.
      const account = await attempts.begin(`register:${addressHash}`, rate);
      if (!account.allowed) throw tooMany(account, 'account', 'may be created');
      try {
        // Check again, because others may have been refused while this one waited.
        await requireFewRefused();
        const result = await work();
        account.commit();
        return result;
      } catch (error) {
        const refused = error instanceof AuthError ? await limiter.consume(refusedKey, rate) : undefined;
        await account.refund();
        // Concurrent registrations over the limit do not reveal why they were refused.
        throw refused?.allowed === false ? tooManyRefused(refused) : error;
      }
    },
  };
}

const REMEDY = 'Try again later, use another network, or ask the operator of this site to raise REGISTER_RATE.';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** Formats a window: `hour`, `15 minutes`. */
function spanOf(windowMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => windowMs % ms === 0) ?? (['millisecond', 1] as const);
  const count = windowMs / unitMs;
  return count === 1 ? unit : `${count} ${unit}s`;
}

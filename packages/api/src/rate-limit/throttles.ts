import { createHash } from 'node:crypto';
import { normalizeEmail } from '@plantcommunity/auth';
import { addressKey } from '@plantcommunity/http';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { ApiError } from '../errors/api-error.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import { createBadTokens } from './bad-tokens.ts';
import { rateLimited } from './rate-limited.ts';
import type { Consumed, Rate, RateLimiter, RateLimitState } from './rate-limiter.ts';
import { createRegistrations } from './registrations.ts';
import { createSignInSlowdown } from './sign-in-slowdown.ts';

/**
 * Rates of sign-in attempts on an account from an address (`signIn`) and from an address (`signInAddress`), of
 * registrations from an address, and of token refreshes of one sign-in of an app.
 */
export type ThrottleRates = Readonly<Record<'signIn' | 'signInAddress' | 'register' | 'refresh', Rate>>;

/** Limits for unauthenticated endpoints. Addresses are those of clients; all unknown addresses count as one. */
export interface Throttles {
  /**
   * Runs `check`, which checks a password. The attempt is counted before, and delayed when many attempts on the account
   * have failed. It stays counted unless `check` calls `succeeded`, or throws anything but an `ApiError`: the password
   * could not be checked then. Over the limit it waits for attempts of this process that are not decided yet.
   * @throws {ApiError} `rate_limited`, without running `check`; the attempt is not counted then
   */
  signIn<T>(
    who: { email: string | undefined; address: string | undefined },
    check: (attempt: SignInAttempt) => Promise<T>,
  ): Promise<T>;
  /**
   * Runs `work`, which creates an account. Accounts and refused registrations of an address have a limit each.
   * @throws {ApiError} `rate_limited`, with the cause and what can be done, without running `work`
   */
  register<T>(address: string | undefined, work: () => Promise<T>): Promise<T>;
  /** Counts the refresh of a good token against its sign-in, not its address. @throws {ApiError} `rate_limited` */
  refresh(signInId: string): Promise<void>;
  /**
   * Runs `work` with a refresh token. When `work` returns undefined the token is bad, and counts against the limit of
   * that token and of its address. A good token is not refused because of bad tokens from the same address.
   * @throws {ApiError} `rate_limited` for a token over its own limit, without running `work`, and for a bad token from
   * an address over its limit
   */
  withRefreshToken<T>(
    sent: { token: string; address: string | undefined },
    work: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
}

interface SignInAttempt {
  succeeded(): void;
}

export function createThrottles(options: {
  window: RateLimiter;
  clock: Clock;
  logger: Logger;
  rates: ThrottleRates;
}): Throttles {
  const { clock, rates, window } = options;
  const attempts = createAttempts(window);
  const slowdown = createSignInSlowdown(options);
  const badTokens = createBadTokens({ window, clock, rate: rates.refresh });
  const registrations = createRegistrations({ window, attempts, clock, rate: rates.register });

  /**
   * Counts in all windows or, where one is full, in none; one after the other, so that what is refused by the narrower
   * one does not even for a moment take a place in the wider, which is others' too.
   */
  async function take(...windows: readonly [key: string, rate: Rate][]): Promise<Attempt[]> {
    const taken: Attempt[] = [];
    for (const [index, [key, rate]] of windows.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- they come one after the other
      const one = await attempts.begin(key, rate);
      if (!one.allowed) {
        // oxlint-disable-next-line no-await-in-loop -- the last thing it does
        throw await refusal(one, taken, windows.slice(index + 1));
      }
      taken.push(one);
    }
    return taken;
  }

  /** Tells when all of them will have room: those that were not asked to count are looked at. */
  async function refusal(
    one: RateLimitState,
    taken: readonly Consumed[],
    others: readonly [key: string, rate: Rate][],
  ) {
    const [standings] = await Promise.all([
      Promise.all(others.map(([key, rate]) => window.peek(key, rate))),
      giveBack(taken),
    ]);
    const full = [one, ...standings.filter(({ remaining }) => remaining === 0)];
    return rateLimited(Math.max(...full.map(({ resetAt }) => resetAt)), clock.now());
  }

  return {
    async signIn({ address, email }, check) {
      // All invalid addresses count as one account, however they are spelled.
      const account = normalizeEmail(email ?? '') ?? '';
      const accountAtPlace = digest(account, placeOf(address));
      const place = digest(placeOf(address));
      const taken = await take(
        [`sign-in:${accountAtPlace}`, rates.signIn],
        [`sign-in-address:${place}`, rates.signInAddress],
      );
      const slowed: Consumed[] = [];
      let isWrong = false;
      try {
        slowed.push(...(await slowdown.enter({ account: digest(account), accountAtPlace, place })));
        isWrong = true;
        return await check({ succeeded: () => void (isWrong = false) });
      } catch (error) {
        isWrong &&= error instanceof ApiError;
        throw error;
      } finally {
        if (isWrong) for (const attempt of taken) attempt.commit();
        else await giveBack([...taken, ...slowed]);
      }
    },
    register: (address, work) => registrations.run(digest(placeOf(address)), work),
    async refresh(signInId) {
      const taken = await window.consume(`refresh:${digest(signInId)}`, rates.refresh);
      if (!taken.allowed) throw rateLimited(taken.resetAt, clock.now());
    },
    withRefreshToken: ({ address, token }, work) =>
      badTokens.run({ token: digest(token), place: digest(placeOf(address)) }, work),
  };
}

async function giveBack(taken: readonly Consumed[]): Promise<void> {
  await Promise.all(taken.map((one) => one.refund()));
}

const placeOf = (address: string | undefined) => (address === undefined ? '' : addressKey(address));

/** Redis is told neither who tried nor from where. */
function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

import { createHash } from 'node:crypto';
import { AuthError, normalizeEmail } from '@plantcommunity/auth';
import { addressKey } from '@plantcommunity/http';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { ApiError } from '../errors/api-error.ts';
import { rateLimited } from '../errors/rate-limited.ts';
import { type Attempt, createAttempts } from './attempts.ts';
import { createBadTokens } from './bad-tokens.ts';
import type { Consumed, Rate, RateLimiter, RateLimitState } from './rate-limiter.ts';
import { createRegistrations } from './registrations.ts';
import { createSignInSlowdown } from './sign-in-slowdown.ts';

/**
 * Rates of sign-in attempts on an account from an address (`signIn`) and from an address (`signInAddress`), of
 * registrations from an address, and of token refreshes of one sign-in of an app.
 */
export type ThrottleRates = Readonly<Record<'signIn' | 'signInAddress' | 'register' | 'refresh', Rate>>;

/** Limits on credentials, and on endpoints for callers who have none yet. Addresses are those of clients; all unknown addresses count as one. */
export interface Throttles {
  /**
   * Runs `check`, which checks a password. The attempt is counted before, and delayed when many attempts on the account
   * have failed. It stays counted unless `check` calls `succeeded`, or throws an error other than `ApiError`, because then the
   * password could not be checked. Over the limit the attempt waits for undecided ones of this process.
   * @throws {ApiError} `rate_limited`, without running `check`; the attempt is not counted then
   */
  signIn<T>(
    account: { email: string | undefined; address: string | undefined },
    check: (attempt: SignInAttempt) => Promise<T>,
  ): Promise<T>;
  /**
   * Runs `work`, which creates an account. Accounts and refused registrations of an address have a limit each.
   * @throws {ApiError} `rate_limited`, with the cause and the remedy, without running `work`
   */
  register<T>(address: string | undefined, work: () => Promise<T>): Promise<T>;
  /**
   * Runs `work`, which opens or uses a sign-in link. It counts against the address when the link cannot be used.
   * @throws {ApiError} `rate_limited`, without running `work`
   */
  signInLink<T>(address: string | undefined, work: () => Promise<T>): Promise<T>;
  /**
   * Runs `work`, which makes a sign-in link; an admin may make as many as an address may sign in with wrong passwords.
   * @throws {ApiError} `rate_limited`, without running `work`
   */
  newSignInLink<T>(adminId: string, work: () => Promise<T>): Promise<T>;
  /** Counts the refresh of a good token against its sign-in, not its address. @throws {ApiError} `rate_limited` */
  refresh(signInId: string): Promise<void>;
  /**
   * Runs `work`, which looks up a refresh token or an API key. When `work` returns undefined the token is bad, and counts
   * against the limit of that token and of its address. A good token is not refused because of bad tokens from the same
   * address.
   * @throws {BadTokenError} for a token over its own limit, without running `work`, and for a bad token from an address
   * over its limit
   */
  withToken<T>(
    sent: { token: string; address: string | undefined },
    work: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
}

interface SignInAttempt {
  succeeded(): void;
}

export function createThrottles(options: {
  limiter: RateLimiter;
  clock: Clock;
  logger: Logger;
  rates: ThrottleRates;
}): Throttles {
  const { clock, rates, limiter } = options;
  const attempts = createAttempts(limiter);
  const slowdown = createSignInSlowdown(options);
  const badTokens = createBadTokens({ limiter, clock, rate: rates.refresh });
  const registrations = createRegistrations({ limiter, attempts, clock, rate: rates.register });

  /**
   * Counts an attempt in all windows, or in none if one is full. The windows are counted one after the other, so that an
   * attempt refused by the narrow one never uses the wider one, which other users share.
   */
  async function beginAll(...windows: readonly [key: string, rate: Rate][]): Promise<Attempt[]> {
    const begun: Attempt[] = [];
    for (const [index, [key, rate]] of windows.entries()) {
      // oxlint-disable-next-line no-await-in-loop -- the windows are counted in order
      const attempt = await attempts.begin(key, rate);
      if (!attempt.allowed) {
        // oxlint-disable-next-line no-await-in-loop -- ends the loop
        throw await refusal(attempt, begun, windows.slice(index + 1));
      }
      begun.push(attempt);
    }
    return begun;
  }

  /** Creates the 429, with the time at which all windows allow a call; peeks at the windows not counted yet. */
  async function refusal(
    refused: RateLimitState,
    begun: readonly Consumed[],
    others: readonly [key: string, rate: Rate][],
  ) {
    const [balances] = await Promise.all([
      Promise.all(others.map(([key, rate]) => limiter.peek(key, rate))),
      refundAll(begun),
    ]);
    const full = [refused, ...balances.filter(({ remaining }) => remaining === 0)];
    return rateLimited(Math.max(...full.map(({ resetAt }) => resetAt)), clock.now());
  }

  return {
    async signIn({ address, email }, check) {
      // All invalid email addresses count as one account.
      const account = normalizeEmail(email ?? '') ?? '';
      const accountAtAddress = digest(account, addressKeyOf(address));
      const addressHash = digest(addressKeyOf(address));
      const begun = await beginAll(
        [`sign-in:${accountAtAddress}`, rates.signIn],
        [`sign-in-address:${addressHash}`, rates.signInAddress],
      );
      const slowed: Consumed[] = [];
      let isWrong = false;
      try {
        slowed.push(...(await slowdown.enter({ account: digest(account), accountAtAddress, addressHash })));
        isWrong = true;
        return await check({ succeeded: () => void (isWrong = false) });
      } catch (error) {
        isWrong &&= error instanceof ApiError;
        throw error;
      } finally {
        if (isWrong) for (const attempt of begun) attempt.commit();
        else await refundAll([...begun, ...slowed]);
      }
    },
    async signInLink(address, work) {
      const begun = await beginAll([`sign-in-link:${digest(addressKeyOf(address))}`, rates.signInAddress]);
      let isWrong = false;
      try {
        return await work();
      } catch (error) {
        isWrong = error instanceof AuthError && error.code === 'invalid_link';
        throw error;
      } finally {
        if (isWrong) for (const attempt of begun) attempt.commit();
        else await refundAll(begun);
      }
    },
    async newSignInLink(adminId, work) {
      const begun = await beginAll([`new-sign-in-link:${digest(adminId)}`, rates.signInAddress]);
      try {
        const made = await work();
        for (const attempt of begun) attempt.commit();
        return made;
      } catch (error) {
        await refundAll(begun);
        throw error;
      }
    },
    register: (address, work) => registrations.run(digest(addressKeyOf(address)), work),
    async refresh(signInId) {
      const consumed = await limiter.consume(`refresh:${digest(signInId)}`, rates.refresh);
      if (!consumed.allowed) throw rateLimited(consumed.resetAt, clock.now());
    },
    withToken: ({ address, token }, work) =>
      badTokens.run({ token: digest(token), addressHash: digest(addressKeyOf(address)) }, work),
  };
}

async function refundAll(calls: readonly Consumed[]): Promise<void> {
  await Promise.all(calls.map((call) => call.refund()));
}

const addressKeyOf = (address: string | undefined) => (address === undefined ? '' : addressKey(address));

/** Hashes the values, so that Redis stores neither accounts nor addresses. */
function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

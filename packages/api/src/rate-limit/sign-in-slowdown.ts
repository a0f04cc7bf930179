import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { rateLimited } from '../errors/rate-limited.ts';
import type { Consumed, Rate, RateLimiter } from './rate-limiter.ts';

/** Window of failed attempts: a day, counted up to 1,000. */
const COUNTED: Rate = { count: 1_000, windowMs: 86_400_000 };
/**
 * Accounts are counted in 16^5 buckets, by the first digits of their digest: attempts on any number of made-up accounts
 * take a bounded amount of Redis memory. The chance that two accounts share a bucket is one in a million.
 */
const BUCKET_DIGITS = 5;
/** Attempts from one address that are not slowed down: the owner may mistype the password. */
const FREE_TRIES = 2;
/** Interval between attempts on an account, by its failures of a day from all addresses. */
const PACES = [
  { above: 400, everyMs: 5_000 },
  { above: 100, everyMs: 2_000 },
  { above: 20, everyMs: 1_000 },
] as const;
/** Maximum wait of an attempt for its turn. */
const MAX_WAIT_MS = 10_000;
/** Maximum number of waiting attempts on one account in this process; each holds a client connection. */
const MAX_WAITING = 20;
/** Length of digests in the log: enough to tell accounts and addresses apart. */
const LOGGED = 16;

/** A sign-in attempt, identified by digests, which reveal neither the account nor the address. */
interface Attempt {
  account: string;
  addressHash: string;
  /** Digest of both. */
  accountAtAddress: string;
}

export interface SignInSlowdown {
  /**
   * Counts an attempt on an account across all addresses for a day, and delays it when too many have failed. All
   * addresses share one rate, except for the first attempts of each: guessing from many addresses is slow, and the
   * owner still gets in.
   * @returns the counts, to be refunded when the attempt succeeds
   * @throws {ApiError} `rate_limited` when its turn would come too late; the attempt is not counted then
   */
  enter(attempt: Attempt): Promise<Consumed[]>;
}

export function createSignInSlowdown(options: { limiter: RateLimiter; clock: Clock; logger: Logger }): SignInSlowdown {
  const { clock, logger, limiter } = options;
  const waiting = new Map<string, number>();

  /** Waits for a turn. Returns undefined once it has come, or the epoch milliseconds of a turn that is too late. */
  async function waitForTurn(account: string, everyMs: number): Promise<number | undefined> {
    const until = clock.now() + MAX_WAIT_MS;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- tries again after each wait
      const turn = await limiter.consume(`sign-in-pace:${account}`, { count: 1, windowMs: everyMs });
      if (turn.allowed) return undefined;
      if (turn.resetAt > until) return turn.resetAt;
      // oxlint-disable-next-line no-await-in-loop -- the wait
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, turn.resetAt - clock.now());
      });
    }
  }

  /** Like `waitForTurn`, but refuses at once when `MAX_WAITING` attempts wait already. */
  async function queueForTurn(account: string, everyMs: number): Promise<number | undefined> {
    const before = waiting.get(account) ?? 0;
    if (before >= MAX_WAITING) return clock.now() + MAX_WAIT_MS;
    waiting.set(account, before + 1);
    try {
      return await waitForTurn(account, everyMs);
    } finally {
      const left = (waiting.get(account) ?? 1) - 1;
      if (left === 0) waiting.delete(account);
      else waiting.set(account, left);
    }
  }

  return {
    async enter({ account, accountAtAddress, addressHash }) {
      const ofAccount = await limiter.consume(`sign-in-account:${account.slice(0, BUCKET_DIGITS)}`, COUNTED);
      const failures = used(ofAccount);
      const everyMs = PACES.find(({ above }) => failures > above)?.everyMs;
      if (everyMs === undefined) return [ofAccount];
      const ofAddress = await limiter.consume(`sign-in-place:${accountAtAddress}`, COUNTED);
      const counts = [ofAccount, ofAddress];
      if (used(ofAddress) <= FREE_TRIES) return counts;
      const startedAt = clock.now();
      const turnAt = await queueForTurn(account, everyMs);
      logger.warn(
        {
          account: account.slice(0, LOGGED),
          address: addressHash.slice(0, LOGGED),
          failures,
          waitedMs: clock.now() - startedAt,
          refused: turnAt !== undefined,
        },
        '[AUTH] Many failed sign-ins for one account: sign-in slowed down',
      );
      if (turnAt === undefined) return counts;
      await Promise.all(counts.map((count) => count.refund()));
      throw rateLimited(turnAt, clock.now());
    },
  };
}

/** Returns the number of calls that count, this one included. */
function used({ allowed, rate, remaining }: Consumed): number {
  return rate.count - remaining + (allowed ? 0 : 1);
}

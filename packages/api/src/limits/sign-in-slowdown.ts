import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Rate } from '../config.ts';
import { rateLimited } from './rate-limited.ts';
import type { RateWindow, Taken } from './rate-window.ts';

/** Counts failed tries for a day; more than this many are not told apart. */
const COUNTED: Rate = { count: 1_000, windowMs: 86_400_000 };
/**
 * Accounts are counted in 16^5 buckets, by so many digits of their digest: a day's tries of ever more made-up accounts
 * take a bounded part of Redis, and two accounts share a bucket once in a million times.
 */
const BUCKET_DIGITS = 5;
/** Tries from one place that are not slowed down: those of an owner who mistypes a password. */
const FREE_TRIES = 2;
/** How far apart the tries of an account are let through, by its failures of a day, whatever addresses they come from. */
const PACES = [
  { above: 400, everyMs: 5_000 },
  { above: 100, everyMs: 2_000 },
  { above: 20, everyMs: 1_000 },
] as const;
/** A try waits for its turn at most so long. */
const MAX_WAIT_MS = 10_000;
/** Tries of one account that wait at a time in this process, each on a connection of its own. */
const MAX_WAITING = 20;
/** Of a digest, as many characters as tell its holders apart in the log. */
const LOGGED = 16;

/** A try to sign in, by digests that tell neither person nor address. */
interface Attempt {
  account: string;
  /** Of the address. */
  place: string;
  /** Of both. */
  accountAtPlace: string;
}

export interface SignInSlowdown {
  /**
   * Counts a try of an account across all addresses for a day, and waits where too many have failed. A guess from ever
   * more addresses is let through at one pace for all of them, while the first tries of each address go through at
   * once: so the guess is slow, and the owner still gets in.
   * @returns what was counted, to be given back when the try succeeds
   * @throws {ApiError} `rate_limited` when its turn would come too late; it is not counted then
   */
  enter(attempt: Attempt): Promise<Taken[]>;
}

export function createSignInSlowdown(options: { window: RateWindow; clock: Clock; logger: Logger }): SignInSlowdown {
  const { clock, logger, window } = options;
  const waiting = new Map<string, number>();

  /** Undefined once the try's turn has come; else when one comes, in epoch milliseconds. */
  async function waitForTurn(account: string, everyMs: number): Promise<number | undefined> {
    const until = clock.now() + MAX_WAIT_MS;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- each look comes after the wait for the one before
      const turn = await window.take(`sign-in-pace:${account}`, { count: 1, windowMs: everyMs });
      if (turn.allowed) return undefined;
      if (turn.resetAt > until) return turn.resetAt;
      // oxlint-disable-next-line no-await-in-loop -- the wait
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, turn.resetAt - clock.now());
      });
    }
  }

  /** The same, with as many waiting as there are places. */
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
    async enter({ account, accountAtPlace, place }) {
      const ofAccount = await window.take(`sign-in-account:${account.slice(0, BUCKET_DIGITS)}`, COUNTED);
      const failures = used(ofAccount);
      const everyMs = PACES.find(({ above }) => failures > above)?.everyMs;
      if (everyMs === undefined) return [ofAccount];
      const ofPlace = await window.take(`sign-in-place:${accountAtPlace}`, COUNTED);
      const taken = [ofAccount, ofPlace];
      if (used(ofPlace) <= FREE_TRIES) return taken;
      const startedAt = clock.now();
      const turnAt = await queueForTurn(account, everyMs);
      logger.warn(
        {
          account: account.slice(0, LOGGED),
          address: place.slice(0, LOGGED),
          failures,
          waitedMs: clock.now() - startedAt,
          refused: turnAt !== undefined,
        },
        '[AUTH] Many failed sign-ins for one account: sign-in slowed down',
      );
      if (turnAt === undefined) return taken;
      await Promise.all(taken.map((one) => one.giveBack()));
      throw rateLimited(turnAt, clock.now());
    },
  };
}

/** Calls that count, this one included. */
function used({ allowed, rate, remaining }: Taken): number {
  return rate.count - remaining + (allowed ? 0 : 1);
}

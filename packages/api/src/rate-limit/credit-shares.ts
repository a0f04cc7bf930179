import { createHash } from 'node:crypto';
import type { Principal } from '@plantcommunity/auth';
import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import { type CreditShare, hourOf, type ShareStatus, shareStatus } from './credit-buckets.ts';
import { createLocalCredits } from './local-credits.ts';
import { type CreditStore, createRedisCredits } from './redis-credits.ts';
import { createRedisFallback, tenthOf, type WithFallback } from './redis-fallback.ts';
import { subjectOf } from './subject.ts';

/**
 * Credits in 24 hours: of an account of tier free, and of all such accounts behind one address; 0 means no limit. An
 * identification costs one, or two with the plant's health.
 */
export interface DailyCredits {
  account: number;
  address: number;
}

/** Result of reserving credits. */
interface CreditReservation {
  allowed: boolean;
  /** State of each share after the reservation. After a refusal, refusing shares come first, longest wait first. */
  statuses: readonly ShareStatus[];
  /** Refunds unspent credits in the background. Returns the resulting state of the shares. */
  settle(spent: number): readonly ShareStatus[];
}

/**
 * Daily limits on the providers' credits; an account and its address each have one, so that more accounts get no more.
 */
export interface CreditShares {
  /**
   * Returns the shares that an identification uses: the account's own, and the share of all accounts of tier free at its
   * address (one /64 of IPv6). Paid tiers have none, nor have anonymous callers, who share a limit.
   */
  sharesOf(
    principal: Pick<Principal, 'tier' | 'userId'> | undefined,
    address: string | undefined,
  ): readonly CreditShare[];
  /** Reserves credits in all shares, or in none if one has too few left. Never rejects. */
  reserve(shares: readonly CreditShare[], credits: number): Promise<CreditReservation>;
  /** Returns the state of the shares without reserving credits. Never rejects. */
  peek(shares: readonly CreditShare[]): Promise<readonly ShareStatus[]>;
}

/** Counts in Redis for all instances; while Redis is unavailable, each process allows a tenth of each share. */
export function createCreditShares(options: {
  redis: Pick<RedisConnection, 'isReady' | 'client'>;
  clock: Clock;
  logger: Logger;
  limits: DailyCredits;
}): CreditShares {
  const { logger, redis } = options;
  const ask = createRedisFallback({
    redis,
    logger,
    lost: '[RATELIMIT] Redis unavailable, counting locally: this process allows a tenth of the daily credits',
    back: '[RATELIMIT] Redis is back - daily credits are shared again',
  });
  return assembleCreditShares({ ...options, ask, shared: createRedisCredits(redis) });
}

/** Like `createCreditShares`, but over any store. */
export function assembleCreditShares(options: {
  shared: CreditStore;
  ask: WithFallback;
  clock: Clock;
  logger: Logger;
  limits: DailyCredits;
}): CreditShares {
  const { ask, clock, limits, logger, shared } = options;
  const local = createLocalCredits();

  /** Reserves credits in Redis under the full limits, or locally under a tenth of them. */
  async function count(shares: readonly CreditShare[], hour: number, credits: number) {
    const tenth = shares.map((share) => ({ ...share, limit: tenthOf(share.limit) }));
    const through = async (store: CreditStore, counted: readonly CreditShare[]) => ({
      ...(await store.reserve(counted, hour, credits)),
      counted,
      store,
    });
    return ask(
      () => through(shared, shares),
      () => through(local, tenth),
    );
  }

  async function take(shares: readonly CreditShare[], credits: number): Promise<CreditReservation> {
    const now = clock.now();
    const hour = hourOf(now);
    const { allowed, before, counted, store } = await count(shares, hour, credits);
    const statusesWith = (reserved: number, wanted: number): ShareStatus[] =>
      counted.map((share, index) => {
        const buckets = new Map(before[index]);
        if (reserved > 0) buckets.set(hour, (buckets.get(hour) ?? 0) + reserved);
        return shareStatus(share, buckets, now, wanted);
      });
    if (!allowed) {
      const statuses = statusesWith(0, credits).toSorted(refusedFirst);
      return { allowed, statuses, settle: () => statuses };
    }
    return {
      allowed,
      statuses: statusesWith(credits, 0),
      settle(spent) {
        if (spent < credits) {
          store.release(counted, hour, credits - spent).catch((error: unknown) => {
            logger.warn({ err: error }, '[RATELIMIT] Could not refund unspent credits');
          });
        }
        return statusesWith(spent, 0);
      },
    };
  }

  return {
    sharesOf(principal, address) {
      if (principal?.tier !== 'free') return [];
      const ofAccount: CreditShare = {
        key: subjectOf(principal, address),
        policy: 'credits-free',
        limit: limits.account,
      };
      // Hashed: Redis stores no addresses.
      const addressHash = createHash('sha256').update(subjectOf(undefined, address)).digest('hex');
      const ofAddress: CreditShare = {
        key: `address:${addressHash}`,
        policy: 'credits-address',
        limit: limits.address,
      };
      return [ofAccount, ofAddress].filter(({ limit }) => limit > 0);
    },
    reserve: async (shares, credits) =>
      shares.length === 0 ? { allowed: true, statuses: [], settle: () => [] } : take(shares, credits),
    peek: async (shares) => (shares.length === 0 ? [] : (await take(shares, 0)).statuses),
  };
}

function refusedFirst(one: ShareStatus, other: ShareStatus): number {
  if (one.allowed !== other.allowed) return one.allowed ? 1 : -1;
  return other.resetAt - one.resetAt;
}

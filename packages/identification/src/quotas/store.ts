import type { RedisConnection } from '@plantcommunity/resilience';
import type { ProviderName } from '../types.ts';
import { periodsOf, ttlOf } from './periods.ts';
import {
  CLAIM_WARNING,
  COUNT_OVERDUE,
  INITIALIZE,
  MARK_EXHAUSTED,
  READ,
  RECONCILE,
  RESERVE,
  SETTLE,
} from './scripts.ts';
import type { Period, QuotaState, Reservation, Settlement, UsageReport, WindowState } from './types.ts';

type ReserveResult = {
  readonly type: 'reserved' | 'refused' | 'stale_revision' | 'uninitialized';
  readonly state: QuotaState;
};

/** By the code of RESERVE. */
const RESERVE_RESULTS = ['refused', 'reserved', 'stale_revision', 'uninitialized'] as const;

/** Counters of a call that ended long after its periods are kept for this long once more. */
const MIN_TTL_MS = 60_000;

/** State in which a usage report was requested, and whether we polled for it. */
export interface ReportOrigin {
  readonly state: QuotaState;
  /** Time of the request, in epoch milliseconds. */
  readonly at: number;
  /** False for a report that came with the answer of a call. */
  readonly isActive: boolean;
}

/** The counters of one provider, shared by all processes. Every method throws when Redis does not answer. */
export class QuotaStore {
  readonly #redis: RedisConnection['client'];
  readonly #prefix: string;
  #order = 0;

  /** @param prefix of the keys; the provider follows in braces, so that all keys share a hash slot */
  constructor(redis: RedisConnection, provider: ProviderName, prefix: string) {
    this.#redis = redis.client;
    this.#prefix = `${prefix}:{${provider}}`;
  }

  /** Returns the state of the periods that contain `now`. */
  async read(now: number): Promise<QuotaState> {
    return await this.#readState(READ, now, []);
  }

  /** Returns the credits of calls that have certainly ended since the last active report, but were never settled. */
  async overdueCredits(now: number): Promise<number> {
    return await this.#run<number>(COUNT_OVERDUE, now, []);
  }

  /**
   * @param expected the limit of each window, the revision at which they were read, and the time at which the call has
   * certainly ended
   */
  async reserve(
    reservation: Reservation,
    expected: { revision: number; limits: readonly (number | undefined)[]; endedAt: number },
  ): Promise<ReserveResult> {
    const { at, credits, id } = reservation;
    const limits = expected.limits.map((limit) => limit ?? '');
    const args = [expected.revision, id, credits, expected.endedAt, ...limits, ...this.#ttls(at, at)];
    const order = this.#nextOrder();
    const [code, reply] = await this.#run<[number, number[]]>(RESERVE, at, args);
    return { type: RESERVE_RESULTS[code] ?? 'refused', state: parseState(order, reply, at) };
  }

  /** @param used credits of each window */
  async initialize(now: number, used: readonly number[]): Promise<QuotaState> {
    return await this.#readState(INITIALIZE, now, [...used, ...this.#ttls(now, now)]);
  }

  async settle(reservation: Reservation, now: number, settlement: Settlement): Promise<QuotaState> {
    const { at, credits, id } = reservation;
    return await this.#readState(SETTLE, now, [id, credits, settlement, ...this.#ttls(at, now)], at);
  }

  /**
   * Applies a usage report.
   * @param refusedUntil end of the provider's refusal; 0: it does not refuse
   * @returns undefined when another report was applied since the report was requested
   */
  async reconcile(
    report: UsageReport,
    { at, isActive, state }: ReportOrigin,
    { now, refusedUntil }: { now: number; refusedUntil: number },
  ): Promise<QuotaState | undefined> {
    const windows = state.windows.map(({ period, used }) => ({ used, reported: report.windows[period.window] }));
    const usage = windows.flatMap(({ reported, used }): (number | string)[] =>
      reported?.used === undefined
        ? ['', '']
        : [reported.used, reconciliationShift(reported.used, { used, inFlight: state.inFlight })],
    );
    const limits = windows.map(({ reported }) => (reported === undefined ? '' : (reported.limit ?? '-')));
    const args = [state.revision, isActive ? 1 : 0, at, refusedUntil, ...usage, ...limits, ...this.#ttls(at, now)];
    const order = this.#nextOrder();
    const [applied, reply] = await this.#run<[number, number[]]>(RECONCILE, now, args, at);
    return applied === 1 ? parseState(order, reply, at) : undefined;
  }

  /** Records that the provider refuses calls until `until`. */
  async markExhausted(now: number, until: number): Promise<QuotaState> {
    return await this.#readState(MARK_EXHAUSTED, now, [until]);
  }

  /** Whether this process is the one that logs the period's warning of a day. @param day id of the day's period */
  async claimWarning(period: Period, day: string): Promise<boolean> {
    return (await this.#redis.eval(CLAIM_WARNING, [this.#key(period.id)], [day])) === 1;
  }

  #nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  async #readState(
    script: string,
    now: number,
    args: readonly (number | string)[],
    at: number = now,
  ): Promise<QuotaState> {
    const order = this.#nextOrder();
    return parseState(order, await this.#run<number[]>(script, now, args, at), at);
  }

  /** @param at time whose periods the script works on */
  #run<T>(script: string, now: number, args: readonly (number | string)[], at: number = now): Promise<T> {
    const keys = ['state', 'flight', ...periodsOf(at).map(({ id }) => id)].map((name) => this.#key(name));
    return this.#redis.eval<string[], T>(script, keys, [now, ...args].map(String));
  }

  #ttls(at: number, now: number): number[] {
    return periodsOf(at).map((period) => Math.max(MIN_TTL_MS, ttlOf(period, now)));
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }
}

function parseState(order: number, reply: number[], at: number): QuotaState {
  const [revision = 0, polledAt = 0, refusedUntil = 0, inFlight = 0, ...counts] = reply;
  const windows = periodsOf(at).map((period, index): WindowState => {
    const [used = -1, limit = -1] = counts.slice(2 * index);
    const isInitialized = used >= 0;
    return { period, used: isInitialized ? used : -1 - used, isInitialized, limit: limit < 0 ? undefined : limit };
  });
  return { order, revision, polledAt, refusedUntil, inFlight, windows };
}

/**
 * Returns how far a usage report may shift our count.
 *
 * The provider reports `reported` credits as used. Calls that were in flight at the request, and those that left since,
 * may be included or not; those that had ended are, if the provider counted them at all. So at most
 *
 *     most = reported + in flight at the request + (used now - used at the request)
 *
 * can be used once every call has ended, and never less than `reported`; `most = used now + shift`. Our count
 *
 * - above `most` is lowered to it: calls that we counted were not counted by the provider. The report confirms that
 *   much, and no more.
 * - below `reported` is raised to `most` at once: another client spends too, or Redis has lost some credits.
 * - in between agrees with the report, and stays: with calls in flight, no source knows better.
 *
 * So a report never lets calls through that the provider would refuse, and never refuses one while no other client
 * spends and we have counted right. It is dropped when another report was applied since its request, because `used now - used at the
 * request` would include that correction, too.
 */
function reconciliationShift(reported: number, atRequest: { used: number; inFlight: number }): number {
  return reported + atRequest.inFlight - atRequest.used;
}

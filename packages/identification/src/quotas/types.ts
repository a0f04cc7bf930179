import type { ProviderName } from '../types.ts';

/*
 * The model: a provider limits what we spend, in credits per hour, day, week or month, or over the life of the key.
 *
 * - Redis counts for all processes: one counter per period, and the credits of calls in flight.
 * - A reservation adds the credits of a call to all its counters before the call is sent.
 * - The settlement of a call says what it cost: `counted`, `released` (nothing), or `unknown`.
 * - A usage report is the provider's own count. It corrects our counters and carries the limits. It is active when we
 *   polled for it, and passive when it came with an answer.
 * - A snapshot is what this process last read from Redis. It may refuse a call, but does not let one through while Redis is available.
 * - Without Redis, a process spends a small offline allowance of its snapshot. Pending settlements wait for Redis.
 */

/** The windows of a provider's limits. `total`: over the life of the key. */
export const WINDOWS = ['hour', 'day', 'week', 'month', 'total'] as const;
export type QuotaWindow = (typeof WINDOWS)[number];

/** One stretch of time with a counter of its own, which starts at 0. */
export interface Period {
  readonly window: QuotaWindow;
  /** Unique, such as `day:2026-11-22`. */
  readonly id: string;
  /** Epoch milliseconds; infinite for `total`. */
  readonly endsAt: number;
}

/** The credits used in one period, and its limit. */
export interface Counter {
  readonly period: Period;
  /** Spent, and reserved by calls in flight. */
  readonly used: number;
  /** Undefined when there is no limit, or none is known. */
  readonly limit: number | undefined;
}

/** Our own limits for a provider, in credits. Undefined: the provider's limit; 0: unlimited. */
export interface QuotaLimits {
  hourlyLimit?: number | undefined;
  dailyLimit?: number | undefined;
  monthlyLimit?: number | undefined;
}

/** Credits of one call, counted before it is sent. */
export interface Reservation {
  readonly id: string;
  readonly credits: number;
  /** Time of the reservation, in epoch milliseconds: it counts in the periods of that time. */
  readonly at: number;
}

/**
 * What an ended call cost. `released`: nothing, so that other calls may have its credits; `unknown`: the provider may
 * still count it.
 */
export type Settlement = 'counted' | 'released' | 'unknown';

/** What a provider reports for one window. */
export interface WindowUsage {
  /** Null: the provider says that there is no limit. */
  readonly limit: number | null;
  /** Undefined: not reported. */
  readonly used: number | undefined;
}

/** What a provider reports about our quota. Windows that it does not mention are absent. */
export interface UsageReport {
  readonly windows: Readonly<Partial<Record<QuotaWindow, WindowUsage>>>;
  /** The provider says that it refuses calls, regardless of the numbers. */
  readonly exhausted: boolean;
  /** The reason is that no money is left; false unless given. */
  readonly isUnpaid?: boolean;
}

/** Receives what a provider client learns about the quota during a call. */
export interface UsageReporter {
  /** The call takes no credits: no billable request was sent. */
  markUnbilled(): void;
  /** The provider sent a usage report with its answer. */
  reportUsage(report: UsageReport): void;
}

/** A provider's answer to a call that it refused because no credits are left. */
export interface ExhaustedAnswer {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** What the quota has to know about a provider. */
export interface QuotaProvider {
  readonly name: ProviderName;
  /** Fetches a usage report. */
  usage(signal: AbortSignal): Promise<UsageReport>;
}

/** A provider's quota as Redis has it. */
export interface QuotaState {
  /** Number of the command in this process: a higher one was sent later. */
  readonly order: number;
  /** Changes with every correction, limit or refusal: with all that reservations and settlements do not count. */
  readonly revision: number;
  /** Time of the last active usage report, in epoch milliseconds; 0: never. */
  readonly polledAt: number;
  /** End of the provider's refusal (429 or 402); 0: it does not refuse. */
  readonly refusedUntil: number;
  /** Credits of calls in flight. */
  readonly inFlight: number;
  /** In the order of WINDOWS. */
  readonly windows: readonly WindowState[];
}

export interface WindowState {
  readonly period: Period;
  readonly used: number;
  /** False for a new period, or after a loss of data: `used` then holds only what was added since. */
  readonly isInitialized: boolean;
  /** The provider's limit. */
  readonly limit: number | undefined;
}

/** Credits of a provider that all processes spent on one UTC day. */
export interface DayUse {
  readonly provider: ProviderName;
  readonly used: number;
  /** The limit for a day as it is now; undefined when there is none, or none is known. */
  readonly limit: number | undefined;
}

/** The quota of one provider, shared by all processes. */
export interface Quota {
  /** Returns undefined when the credits may be spent now. Decided in memory, from the snapshot. */
  shortage(credits: number): { retryAfterMs?: number } | undefined;
  /**
   * Reserves the credits, runs `work`, and settles the reservation.
   * @throws {QuotaExhaustedError} without calling `work`; otherwise what `work` throws
   */
  run<T>(credits: number, work: (reporter: UsageReporter) => Promise<T>): Promise<T>;
  /** Returns the counters of the current periods from the snapshot. */
  counters(): readonly Counter[];
  /** Returns when the provider last reported a limit of this window, in epoch milliseconds; undefined if it never did. */
  reportedAt(window: QuotaWindow): number | undefined;
  /** Returns the use of the UTC day of `at`, in epoch milliseconds. @throws errors of the database */
  usedOn(at: number): Promise<DayUse>;
  /**
   * Starts to follow the other processes and to poll the provider: now, every hour, and sooner while no credits are
   * left. One process polls for all. Resolves after the first poll, or after 2 s.
   */
  start(): Promise<void>;
  close(): void;
}

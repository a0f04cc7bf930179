import type { UsageReport } from '../providers/usage-report.ts';
import type { Counter } from './counter.ts';

/** Our own limits of a provider, in credits: undefined: what the provider says; 0: unlimited. */
export interface QuotaLimits {
  hourlyLimit?: number | undefined;
  dailyLimit?: number | undefined;
  monthlyLimit?: number | undefined;
}

/** Hears, while a call runs, what it means for our quota. */
export interface UsageReporter {
  /** It takes no credits: nothing that is paid for has left. */
  markUnbilled(): void;
  /** What the provider says in passing. */
  reportUsage(word: UsageReport): void;
}

/** What one provider lets us spend, over all processes. */
export interface Quota {
  /** Undefined when so many credits may be spent now. Decided in memory, from what was last seen. */
  shortage(credits: number): { retryAfterMs?: number } | undefined;
  /**
   * Reserves the credits, makes the call, and gives them back when the provider did not count it.
   * @throws {QuotaExhaustedError} without calling `work`; else what `work` throws
   */
  run<T>(credits: number, work: (meter: UsageReporter) => Promise<T>): Promise<T>;
  /** How the present periods stand as last seen. */
  counters(): readonly Counter[];
  /**
   * Follows what other processes spend, and asks the provider what is left: now, each hour and after it said that
   * nothing is; one process asks for all. Resolves when the first is done, or after a little.
   */
  start(): Promise<void>;
  close(): void;
}

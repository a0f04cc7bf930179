import type { Period } from './periods.ts';

/** How one period stands. */
export interface Counter {
  readonly period: Period;
  /** Spent, and reserved by calls that are out. */
  readonly used: number;
  /** Undefined: there is none, or none is known. */
  readonly limit: number | undefined;
}

/** What holds: our own limit (undefined: as the provider says; 0: none), but never more than the provider's. */
export function effectiveLimit(own: number | undefined, said: number | undefined): number | undefined {
  if (own === 0) return undefined;
  if (own === undefined || said === undefined) return own ?? said;
  return Math.min(own, said);
}

export function remaining({ limit, used }: Counter): number {
  return limit === undefined ? Number.POSITIVE_INFINITY : Math.max(0, limit - used);
}

/** 0 to 1; 0 without a limit. */
export function usedShare({ limit, used }: Counter): number {
  if (limit === undefined) return 0;
  return limit === 0 ? 1 : Math.min(1, used / limit);
}

/** Those without room for so many credits more. */
export function exhausted(counters: readonly Counter[], credits: number): readonly Counter[] {
  return counters.filter((counter) => remaining(counter) < credits);
}

/** When all of them have begun anew; undefined when there are none, infinite when nobody knows. */
export function latestReset(counters: readonly Counter[]): number | undefined {
  return counters.length === 0 ? undefined : Math.max(...counters.map(({ period }) => period.endsAt));
}

import { type Buckets, HOURS } from './credit-buckets.ts';
import type { CreditStore } from './redis-credits.ts';

/** Maximum number of keys in memory; the least recently used one is dropped first. */
const MAX_KEYS = 10_000;

/** Counts credits in this process, for use while Redis is unavailable. */
export function createLocalCredits(): CreditStore {
  const spent = new Map<string, Map<number, number>>();

  function bucketsOf(key: string, hour: number): Map<number, number> {
    const buckets = new Map([...(spent.get(key) ?? [])].filter(([bucket]) => bucket > hour - HOURS));
    // The most recently used key is the last one of a Map.
    spent.delete(key);
    spent.set(key, buckets);
    const [oldest] = spent.keys();
    if (spent.size > MAX_KEYS && oldest !== undefined) spent.delete(oldest);
    return buckets;
  }

  const sum = (buckets: Buckets) => [...buckets.values()].reduce((total, credits) => total + credits, 0);

  return {
    async reserve(keys, hour, credits) {
      const all = keys.map(({ key }) => bucketsOf(key, hour));
      const before = all.map((buckets) => new Map(buckets));
      const allowed = keys.every(({ limit }, index) => sum(all[index] ?? new Map()) + credits <= limit);
      if (allowed && credits > 0) for (const buckets of all) buckets.set(hour, (buckets.get(hour) ?? 0) + credits);
      return { allowed, before };
    },
    async release(keys, hour, credits) {
      for (const { key } of keys) {
        const buckets = spent.get(key);
        const left = (buckets?.get(hour) ?? 0) - credits;
        if (left > 0) buckets?.set(hour, left);
        else buckets?.delete(hour);
      }
    },
  };
}

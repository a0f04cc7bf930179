/** How long the last calls took: what people are told to expect. */
export interface RecentDurations {
  add(ms: number): void;
  /** Undefined until there is something to go by. */
  usual(): { usualMs: number; slowMs: number } | undefined;
}

const KEPT = 100;
const ENOUGH = 5;

export function createRecentDurations(): RecentDurations {
  const durations: number[] = [];
  const quantile = (sorted: readonly number[], share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

  return {
    add(ms) {
      durations.push(ms);
      if (durations.length > KEPT) durations.shift();
    },
    usual() {
      if (durations.length < ENOUGH) return undefined;
      const sorted = durations.toSorted((a, b) => a - b);
      return { usualMs: Math.round(quantile(sorted, 0.5)), slowMs: Math.round(quantile(sorted, 0.95)) };
    },
  };
}

/** A limit: `count` calls in a window. */
interface Rate {
  count: number;
  windowMs: number;
}

/** What a process multiplies each limit of callers by while Redis is unavailable, as it counts alone then. */
export const SHARE_WITHOUT_REDIS = 0.1;

/**
 * Returns what the callers' rate limits are multiplied by while the month's credits run out: half when more than 70 % are
 * used, a tenth when more than 90 %. `use` is a share from 0 to 1.
 */
export function rateFactor(use: number): number {
  if (use > 0.9) return 0.1;
  return use > 0.7 ? 0.5 : 1;
}

/** Returns the rate under a factor: at least one call. */
export function rateUnder(factor: number, { count, windowMs }: Rate): Rate {
  return { count: Math.max(1, Math.floor(count * factor)), windowMs };
}

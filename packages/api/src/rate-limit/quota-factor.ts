import type { Rate } from './rate-limiter.ts';

/**
 * What is let through as the month's credits run out: a half when more than 70 % are used, a tenth when more than
 * 90 %, never less than one. `use` is a share from 0 to 1.
 */
export function underQuota({ count, windowMs }: Rate, use: number): Rate {
  const factor = use > 0.9 ? 0.1 : use > 0.7 ? 0.5 : 1;
  return { count: Math.max(1, Math.floor(count * factor)), windowMs };
}

import type { Clock } from '@plantcommunity/resilience';
import type { Rate } from '../config.ts';

interface Taken {
  allowed: boolean;
  remaining: number;
  /** Epoch milliseconds at which the next call is let through. */
  resetAt: number;
  giveBack(): Promise<void>;
}

/** Keys beyond this many are swept of those whose window is over. */
const SWEEP_ABOVE = 1_000;

/** An exact sliding window in this process, for the small numbers it lets through while Redis is away. */
export function createLocalWindow(clock: Clock): { take(key: string, rate: Rate): Taken } {
  const calls = new Map<string, { times: number[]; windowMs: number }>();

  function sweep(now: number): void {
    for (const [key, { times, windowMs }] of calls) {
      if ((times.at(-1) ?? 0) + windowMs <= now) calls.delete(key);
    }
  }

  return {
    take(key, { count, windowMs }) {
      const now = clock.now();
      if (calls.size > SWEEP_ABOVE) sweep(now);
      const times = (calls.get(key)?.times ?? []).filter((time) => time + windowMs > now);
      calls.set(key, { times, windowMs });
      const allowed = times.length < count;
      if (allowed) times.push(now);
      return {
        allowed,
        remaining: Math.max(0, count - times.length),
        resetAt: (times.at(-count) ?? times[0] ?? now) + windowMs,
        giveBack: async () => {
          const current = calls.get(key)?.times ?? [];
          const place = current.indexOf(now);
          if (allowed && place >= 0) current.splice(place, 1);
        },
      };
    },
  };
}

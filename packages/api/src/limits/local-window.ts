import type { Clock } from '@plantcommunity/resilience';
import type { Rate } from '../config.ts';
import type { Balance, Standing, Taken } from './rate-window.ts';

/** Keys beyond this many are swept of those whose window is over. */
const SWEEP_ABOVE = 1_000;

interface LocalWindow {
  take(key: string, rate: Rate): Taken;
  look(key: string, rate: Rate): Balance;
}

/** An exact sliding window in this process, for the small numbers it lets through while Redis is away. */
export function createLocalWindow(clock: Clock): LocalWindow {
  const calls = new Map<string, { times: number[]; windowMs: number }>();

  function sweep(now: number): void {
    for (const [key, { times, windowMs }] of calls) {
      if ((times.at(-1) ?? 0) + windowMs <= now) calls.delete(key);
    }
  }

  /** Times of the calls that still count. */
  function counted(key: string, windowMs: number, now: number): number[] {
    return (calls.get(key)?.times ?? []).filter((time) => time + windowMs > now);
  }

  return {
    take(key, rate) {
      const { count, windowMs } = rate;
      const now = clock.now();
      if (calls.size > SWEEP_ABOVE) sweep(now);
      const times = counted(key, windowMs, now);
      calls.set(key, { times, windowMs });
      const allowed = times.length < count;
      if (allowed) times.push(now);
      let isTaken = allowed;
      return {
        ...standingOf(times, rate, now),
        allowed,
        giveBack: async () => {
          const current = calls.get(key)?.times ?? [];
          const place = current.indexOf(now);
          if (isTaken && place >= 0) current.splice(place, 1);
          isTaken = false;
        },
      };
    },

    look(key, rate) {
      const now = clock.now();
      const times = counted(key, rate.windowMs, now);
      const last = times.at(-1);
      return { ...standingOf(times, rate, now), fullAt: last === undefined ? now : last + rate.windowMs };
    },
  };
}

/** Room comes when the oldest call stops counting, or as many of them as are too many. */
function standingOf(times: readonly number[], rate: Rate, now: number): Standing {
  return {
    rate,
    remaining: Math.max(0, rate.count - times.length),
    resetAt: (times.at(-rate.count) ?? times[0] ?? now) + rate.windowMs,
  };
}

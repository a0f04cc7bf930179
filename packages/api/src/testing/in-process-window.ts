import type { Clock } from '@plantcommunity/resilience';
import { createLocalWindow } from '../limits/local-window.ts';
import type { RateWindow } from '../limits/rate-window.ts';

/** Lets the whole number through, as Redis would. */
export function inProcessWindow(clock: Clock): RateWindow {
  const local = createLocalWindow(clock);
  return {
    take: async (key, rate) => local.take(key, rate),
    look: async (key, rate) => local.look(key, rate),
  };
}

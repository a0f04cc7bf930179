import type { Clock } from '@plantcommunity/resilience';
import { assembleCreditShares, type CreditShares } from '../limits/credit-shares.ts';
import { createLocalCredits } from '../limits/local-credits.ts';
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

/** Counts the full shares in this process, as Redis would for all instances. */
export function inProcessCredits(
  options: Omit<Parameters<typeof assembleCreditShares>[0], 'shared' | 'ask'>,
): CreditShares {
  return assembleCreditShares({ ...options, shared: createLocalCredits(), ask: async (shared) => shared() });
}

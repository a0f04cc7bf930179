import { countText } from '../../../lib/format/amounts.ts';
import { capitalised } from '../../../lib/format/list.ts';
import type { LimitsInForce } from '../../../lib/wire.ts';

const UNITS: ReadonlyMap<number, string> = new Map([
  [1_000, 's'],
  [60_000, 'min'],
  [3_600_000, 'h'],
  [86_400_000, 'd'],
]);

/** Formats a rate as settings write it: "50/h", "5/15 min". */
export function rateFigure({ count, window_ms: windowMs }: LimitsInForce['rows'][number]['in_force']): string {
  const unit = UNITS.get(windowMs) ?? `${windowMs / 60_000}\u00a0min`;
  return `${countText(count)}/${unit}`;
}

/** Says why the limits in force are not the configured ones. */
export function limitsNote({ factor }: LimitsInForce, shared: boolean): string {
  const share = factor === 0.5 ? 'half' : factor === 0.1 ? 'a tenth' : `${Math.round(factor * 100)}\u00a0%`;
  const quotaText = 'a provider’s quota runs low';
  if (!shared && factor === 1) return 'A tenth of the usual at each instance, since Redis is down.';
  if (!shared) return `A tenth of ${share} of the usual at each instance, since Redis is down and ${quotaText}.`;
  if (factor === 1) return 'As configured.';
  return `${capitalised(share)} of the usual, since ${quotaText}.`;
}

/** Says how many calls of a tier were refused in the last hour, and how many in the worst period. */
export function refusedText(tier: string, counts: readonly number[]): string {
  const all = counts.reduce((total, count) => total + count, 0);
  return `${capitalised(tier)}: ${countText(all)} refused in 60\u00a0min, ${countText(Math.max(0, ...counts))} at most in 5\u00a0min`;
}

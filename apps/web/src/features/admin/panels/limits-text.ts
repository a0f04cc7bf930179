import { countText } from '../../../lib/format/amounts.ts';
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
  if (!shared) return 'A tenth of the usual at each instance, since Redis is down.';
  if (factor === 1) return 'As configured.';
  const share = factor === 0.5 ? 'Half' : factor === 0.1 ? 'A tenth' : `${Math.round(factor * 100)}\u00a0%`;
  return `${share} of the usual, since a provider’s quota runs low.`;
}

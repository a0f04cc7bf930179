import type { OverrideScope } from '@plantcommunity/resilience';
import type { ActiveOverride } from './active-override.ts';

/** What the circuit says of its isolation; `until` in milliseconds since 1970. */
export interface CircuitIsolation {
  readonly reason: string;
  readonly until?: number;
}

/** What brings a circuit nearer to what operators ordered of it. */
export type Step =
  | { do: 'isolate'; order: ActiveOverride }
  | { do: 'release' }
  | { do: 'reset'; order: ActiveOverride }
  /** It was reset in this process alone. */
  | { do: 'reset for all'; order: ActiveOverride }
  /** The reset has reached what all share. */
  | { do: 'note as done'; order: ActiveOverride }
  /** Its time is up. */
  | { do: 'expire'; order: ActiveOverride & { until: Date } };

/** What else the decision needs; orders by their ids. */
interface Progress {
  /** Milliseconds since 1970. */
  now: number;
  /** The last one by which this process has reset its circuit, and how far that went. */
  reset: { id: string; reach: OverrideScope } | undefined;
  /** It was tried just now to reset the circuit for all. */
  hasTriedShared: boolean;
  /** The circuit has followed it before. */
  appliedId: string | undefined;
}

/** So much may the clocks of instances be apart. An isolation is over when it is over by one of them. */
const CLOCK_SKEW_MS = 5_000;

/** Undefined: the circuit follows. */
export function nextStep(
  override: ActiveOverride | undefined,
  isolation: CircuitIsolation | undefined,
  { appliedId: followed, hasTriedShared: hasTried, now, reset }: Progress,
): Step | undefined {
  if (override?.action === 'isolate') {
    const { until } = override;
    const hasEnded = isolation === undefined && followed === override.id;
    const isOver = until !== undefined && until.getTime() - (hasEnded ? CLOCK_SKEW_MS : 0) <= now;
    if (isOver) return { do: 'expire', order: { ...override, until } };
    const follows = isolation?.reason === override.reason && isolation.until === until?.getTime();
    return follows ? undefined : { do: 'isolate', order: override };
  }
  if (override !== undefined) {
    // Here once only: what calls have found out about the service since must not be forgotten at each look.
    if (override.id !== reset?.id) return { do: 'reset', order: override };
    if (reset.reach === 'shared') return { do: 'note as done', order: override };
    if (!hasTried) return { do: 'reset for all', order: override };
  }
  return isolation === undefined ? undefined : { do: 'release' };
}

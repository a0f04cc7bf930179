import type { OverrideScope } from '@plantcommunity/resilience';
import type { ActiveOverride } from './store.ts';

/** An isolation as the circuit reports it; `until` in milliseconds since 1970. */
export interface CircuitIsolation {
  readonly reason: string;
  readonly until?: number;
}

/** One action that moves a circuit towards its active override. */
export type Step =
  | { type: 'isolate'; override: ActiveOverride }
  | { type: 'release' }
  | { type: 'reset'; override: ActiveOverride }
  /** Reset the shared state, after a reset that reached this process only. */
  | { type: 'reset_shared'; override: ActiveOverride }
  /** Mark a reset as done: it has reached the shared state. */
  | { type: 'complete'; override: ActiveOverride }
  /** End an isolation at its `until`. */
  | { type: 'expire'; override: ActiveOverride & { until: Date } };

/** The state of this process that the decision needs, besides override and circuit. */
interface Progress {
  /** Milliseconds since 1970. */
  now: number;
  /** The last override that reset the circuit of this process, and the scope of that reset. */
  reset: { id: string; scope: OverrideScope } | undefined;
  /** Whether this run has tried to reset the shared state already. */
  hasTriedShared: boolean;
  /** The last override that the circuit followed. */
  appliedId: string | undefined;
}

/** Largest expected difference between the clocks of two instances. An isolation ends when it ends on any of them. */
const CLOCK_SKEW_MS = 5_000;

/** Returns the step that moves the circuit towards `override`; undefined when the circuit follows it. */
export function nextStep(
  override: ActiveOverride | undefined,
  isolation: CircuitIsolation | undefined,
  { appliedId, hasTriedShared, now, reset }: Progress,
): Step | undefined {
  if (override?.action === 'isolate') {
    const { until } = override;
    const hasEnded = isolation === undefined && appliedId === override.id;
    const isOver = until !== undefined && until.getTime() - (hasEnded ? CLOCK_SKEW_MS : 0) <= now;
    if (isOver) return { type: 'expire', override: { ...override, until } };
    const isApplied = isolation?.reason === override.reason && isolation.until === until?.getTime();
    return isApplied ? undefined : { type: 'isolate', override };
  }
  if (override !== undefined) {
    // Reset this process once only: a repeated reset would clear failures that calls have found since.
    if (override.id !== reset?.id) return { type: 'reset', override };
    if (reset.scope === 'shared') return { type: 'complete', override };
    if (!hasTriedShared) return { type: 'reset_shared', override };
  }
  return isolation === undefined ? undefined : { type: 'release' };
}

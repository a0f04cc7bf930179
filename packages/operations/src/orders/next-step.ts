import type { OverrideScope } from '@plantcommunity/resilience';
import type { StandingOrder } from './standing-order.ts';

/** What the circuit says of its isolation; `until` in milliseconds since 1970. */
export interface CircuitIsolation {
  readonly reason: string;
  readonly until?: number;
}

/** What brings a circuit nearer to what operators ordered of it. */
export type Step =
  | { do: 'isolate'; order: StandingOrder }
  | { do: 'release' }
  | { do: 'reset'; order: StandingOrder }
  /** It was reset in this process alone. */
  | { do: 'reset for all'; order: StandingOrder }
  /** The reset has reached what all share. */
  | { do: 'note as done'; order: StandingOrder }
  /** Its time is up. */
  | { do: 'expire'; order: StandingOrder & { until: Date } };

/** What else the decision needs; orders by their ids. */
interface Circumstances {
  /** Milliseconds since 1970. */
  now: number;
  /** The last one by which this process has reset its circuit, and how far that went. */
  reset: { id: string; reach: OverrideScope } | undefined;
  /** It was tried just now to reset the circuit for all. */
  hasTried: boolean;
  /** The circuit has followed it before. */
  followed: string | undefined;
}

/** So much may the clocks of instances be apart. An isolation is over when it is over by one of them. */
const CLOCKS_APART_MS = 5_000;

/** Undefined: the circuit follows. */
export function nextStep(
  order: StandingOrder | undefined,
  isolation: CircuitIsolation | undefined,
  { followed, hasTried, now, reset }: Circumstances,
): Step | undefined {
  if (order?.action === 'isolate') {
    const { until } = order;
    const hasEnded = isolation === undefined && followed === order.id;
    const isOver = until !== undefined && until.getTime() - (hasEnded ? CLOCKS_APART_MS : 0) <= now;
    if (isOver) return { do: 'expire', order: { ...order, until } };
    const follows = isolation?.reason === order.reason && isolation.until === until?.getTime();
    return follows ? undefined : { do: 'isolate', order };
  }
  if (order !== undefined) {
    // Here once only: what calls have found out about the service since must not be forgotten at each look.
    if (order.id !== reset?.id) return { do: 'reset', order };
    if (reset.reach === 'shared') return { do: 'note as done', order };
    if (!hasTried) return { do: 'reset for all', order };
  }
  return isolation === undefined ? undefined : { do: 'release' };
}

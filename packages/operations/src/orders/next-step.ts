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
  /** Its time is up. */
  | { do: 'expire'; order: StandingOrder & { until: Date } };

/** What else the decision needs; orders by their ids. */
interface Circumstances {
  /** Milliseconds since 1970. */
  now: number;
  /** This process has reset its circuit by it, and cannot reach the other instances now. */
  alreadyReset: string | undefined;
  /** The circuit has followed it before. */
  followed: string | undefined;
}

/** So much may the clocks of instances be apart. An isolation is over when it is over by one of them. */
const CLOCKS_APART_MS = 5_000;

/** Undefined: the circuit follows. */
export function nextStep(
  order: StandingOrder | undefined,
  isolation: CircuitIsolation | undefined,
  { alreadyReset, followed, now }: Circumstances,
): Step | undefined {
  if (order?.action === 'isolate') {
    const { until } = order;
    const hasEnded = isolation === undefined && followed === order.id;
    const isOver = until !== undefined && until.getTime() - (hasEnded ? CLOCKS_APART_MS : 0) <= now;
    if (isOver) return { do: 'expire', order: { ...order, until } };
    const follows = isolation?.reason === order.reason && isolation.until === until?.getTime();
    return follows ? undefined : { do: 'isolate', order };
  }
  if (order !== undefined && order.id !== alreadyReset) return { do: 'reset', order };
  return isolation === undefined ? undefined : { do: 'release' };
}

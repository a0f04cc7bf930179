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

/**
 * Undefined: the circuit follows. `alreadyReset`: the order by which this process has reset its circuit, as long as
 * that cannot reach the other instances anyway.
 */
export function nextStep(
  order: StandingOrder | undefined,
  isolation: CircuitIsolation | undefined,
  { alreadyReset, now }: { now: number; alreadyReset: string | undefined },
): Step | undefined {
  if (order?.action === 'isolate') {
    const { until } = order;
    if (until !== undefined && until.getTime() <= now) return { do: 'expire', order: { ...order, until } };
    const follows = isolation?.reason === order.reason && isolation.until === until?.getTime();
    return follows ? undefined : { do: 'isolate', order };
  }
  if (isolation !== undefined) return { do: 'release' };
  if (order !== undefined && order.id !== alreadyReset) return { do: 'reset', order };
  return undefined;
}

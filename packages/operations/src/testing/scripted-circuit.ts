import type { Circuit, CircuitEvent, CircuitSnapshot, CircuitStatus, OverrideScope } from '@plantcommunity/resilience';

interface ScriptedCircuit extends Circuit {
  /** The orders it was given, in words. */
  readonly given: string[];
  /** How far orders reach. */
  reach: OverrideScope;
  /** What an order fails with, until it is taken away. */
  fault: Error | undefined;
  /** Goes over to another state, as calls would make it. */
  become(state: CircuitStatus, since: number): void;
  tell(event: CircuitEvent): void;
  /** Forgets an isolation, as if Redis had. */
  forget(): void;
}

const OPTIONS = { failMax: 3, resetTimeoutMs: 60_000 };

/** A circuit that does what it is told and remembers it. */
export function scriptedCircuit(): ScriptedCircuit {
  const listeners = new Set<(event: CircuitEvent) => void>();
  let isolation: { reason: string; until?: number } | undefined;
  let standing: { state: CircuitStatus; since: number } = { state: 'closed', since: 0 };

  const circuit: ScriptedCircuit = {
    name: 'plant_id',
    given: [],
    reach: 'shared',
    fault: undefined,
    execute: (work) => work(),
    admits: () => isolation === undefined,
    async isolate(reason, until) {
      take(`isolate ${reason}${until === undefined ? '' : ` until ${until}`}`);
      isolation = { reason, ...(until !== undefined && { until }) };
      circuit.tell({ type: 'isolated', ...isolation });
      return circuit.reach;
    },
    async release(reason) {
      take(reason === undefined ? 'release' : `release ${reason}`);
      circuit.forget();
      return circuit.reach;
    },
    async reset(reason) {
      take(`reset ${reason}`);
      isolation = undefined;
      circuit.tell({ type: 'reset', reason });
      return circuit.reach;
    },
    async resetShared(reason) {
      if (circuit.reach === 'local') return false;
      take(`reset for all ${reason}`);
      circuit.forget();
      return true;
    },
    snapshot(): CircuitSnapshot {
      const { state, since } = isolation === undefined ? standing : { ...standing, state: 'isolated' as const };
      return {
        ...OPTIONS,
        name: 'plant_id',
        state,
        since,
        failCount: 0,
        isHealthy: state === 'closed',
        isDegraded: state === 'half_open',
        isUnavailable: state === 'open' || state === 'isolated',
        ...(isolation && { isolation }),
      };
    },
    subscribe(listener) {
      listener({ type: 'initialized', ...OPTIONS });
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
    become(state, since) {
      standing = { state, since };
      circuit.tell({ type: 'half_opened' });
    },
    tell(event) {
      for (const listener of listeners) listener(event);
    },
    forget() {
      isolation = undefined;
      circuit.tell({ type: 'released' });
    },
  };

  function take(order: string): void {
    circuit.given.push(order);
    if (circuit.fault !== undefined) throw circuit.fault;
  }
  return circuit;
}

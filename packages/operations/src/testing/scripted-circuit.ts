import type { Circuit, CircuitEvent, CircuitSnapshot, CircuitStatus, OverrideScope } from '@plantcommunity/resilience';

interface ScriptedCircuit extends Circuit {
  /** The orders it was given, in words. */
  readonly calls: string[];
  /** How far orders reach. */
  scope: OverrideScope;
  /** What an order fails with, until it is taken away. */
  error: Error | undefined;
  /** Goes over to another state, as calls would make it. */
  setState(state: CircuitStatus, since: number): void;
  emit(event: CircuitEvent): void;
  /** Forgets an isolation, as if Redis had. */
  loseIsolation(): void;
}

const OPTIONS = { failMax: 3, resetTimeoutMs: 60_000 };

/** A circuit that does what it is told and remembers it. */
export function scriptedCircuit(): ScriptedCircuit {
  const listeners = new Set<(event: CircuitEvent) => void>();
  let isolation: { reason: string; until?: number } | undefined;
  let standing: { state: CircuitStatus; since: number } = { state: 'closed', since: 0 };

  const circuit: ScriptedCircuit = {
    name: 'plant_id',
    calls: [],
    scope: 'shared',
    error: undefined,
    execute: (work) => work(),
    admits: () => isolation === undefined,
    async isolate(reason, until) {
      take(`isolate ${reason}${until === undefined ? '' : ` until ${until}`}`);
      isolation = { reason, ...(until !== undefined && { until }) };
      circuit.emit({ type: 'isolated', ...isolation });
      return circuit.scope;
    },
    async release(reason) {
      take(reason === undefined ? 'release' : `release ${reason}`);
      circuit.loseIsolation();
      return circuit.scope;
    },
    async reset(reason) {
      take(`reset ${reason}`);
      isolation = undefined;
      circuit.emit({ type: 'reset', reason });
      return circuit.scope;
    },
    async resetShared(reason) {
      if (circuit.scope === 'local') return false;
      take(`reset for all ${reason}`);
      circuit.loseIsolation();
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
    setState(state, since) {
      standing = { state, since };
      circuit.emit({ type: 'half_opened' });
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    loseIsolation() {
      isolation = undefined;
      circuit.emit({ type: 'released' });
    },
  };

  function take(order: string): void {
    circuit.calls.push(order);
    if (circuit.error !== undefined) throw circuit.error;
  }
  return circuit;
}

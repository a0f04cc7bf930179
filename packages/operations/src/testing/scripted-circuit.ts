import type { Circuit, CircuitEvent, CircuitSnapshot, CircuitStatus, OverrideScope } from '@plantcommunity/resilience';

interface ScriptedCircuit extends Circuit {
  /** The overrides it received, as text. */
  readonly calls: string[];
  /** Scope that every override reports. */
  scope: OverrideScope;
  /** Error of every override while it is set. */
  error: Error | undefined;
  /** Changes the state as calls would. */
  setState(state: CircuitStatus, since: number): void;
  emit(event: CircuitEvent): void;
  /** Loses an isolation as if Redis had lost its data. */
  loseIsolation(): void;
}

const OPTIONS = { failMax: 3, resetTimeoutMs: 60_000 };

/** A circuit that applies every override and records it. */
export function scriptedCircuit(): ScriptedCircuit {
  const listeners = new Set<(event: CircuitEvent) => void>();
  let isolation: { reason: string; until?: number } | undefined;
  let current: { state: CircuitStatus; since: number } = { state: 'closed', since: 0 };

  const circuit: ScriptedCircuit = {
    name: 'plant_id',
    calls: [],
    scope: 'shared',
    error: undefined,
    execute: (work) => work(),
    admits: () => isolation === undefined,
    async isolate(reason, until) {
      record(`isolate ${reason}${until === undefined ? '' : ` until ${until}`}`);
      isolation = { reason, ...(until !== undefined && { until }) };
      circuit.emit({ type: 'isolated', ...isolation });
      return circuit.scope;
    },
    async release(reason) {
      record(reason === undefined ? 'release' : `release ${reason}`);
      circuit.loseIsolation();
      return circuit.scope;
    },
    async reset(reason) {
      record(`reset ${reason}`);
      isolation = undefined;
      circuit.emit({ type: 'reset', reason });
      return circuit.scope;
    },
    async resetShared(reason) {
      if (circuit.scope === 'local') return false;
      record(`reset shared ${reason}`);
      circuit.loseIsolation();
      return true;
    },
    snapshot(): CircuitSnapshot {
      const { state, since } = isolation === undefined ? current : { ...current, state: 'isolated' as const };
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
      current = { state, since };
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

  function record(override: string): void {
    circuit.calls.push(override);
    if (circuit.error !== undefined) throw circuit.error;
  }
  return circuit;
}

import type { RedisEvent } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { scriptedCircuit } from '../testing/scripted-circuit.ts';
import { OverrideReconciler } from './reconciler.ts';
import type { ActiveOverride } from './store.ts';

const reason = 'Their status page says outage.';

/** A reconciler whose overrides, Redis and time are controlled by the test. */
function setUp(first?: ActiveOverride) {
  const clock = new FakeClock();
  const circuit = scriptedCircuit();
  const listeners = new Set<(event: RedisEvent) => void>();
  const store: {
    active: ActiveOverride | undefined;
    releaseReason: string | undefined;
    isDown: boolean;
    isReadOnly: boolean;
    reads: number;
  } = { active: first, releaseReason: undefined, isDown: false, isReadOnly: false, reads: 0 };
  const redis = {
    subscribe(listener: (event: RedisEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emitReady() {
      for (const listener of listeners) listener({ type: 'ready' });
    },
  };
  const reconciler = new OverrideReconciler({
    provider: 'plant_id',
    circuit,
    redis,
    clock,
    logger: createLogger({ level: 'silent' }),
    overrides: {
      async active() {
        store.reads += 1;
        if (store.isDown) throw new Error('no database');
        return store.active;
      },
      releaseReason: async () => store.releaseReason,
      async expire() {
        store.active = undefined;
      },
      async complete() {
        if (store.isReadOnly) throw new Error('a read-only database');
        store.active = undefined;
      },
    },
  });
  const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { advance, store, circuit, clock, reconciler, listeners, redis, settled };
}

const isolate: ActiveOverride = {
  id: '01',
  action: 'isolate',
  reason,
  by: 'ada@example.org',
  createdAt: new Date('2026-01-01T00:00:00Z'),
};
const reset: ActiveOverride = { ...isolate, action: 'reset' };

describe('an override reconciler', () => {
  it('applies the active override at the start', async () => {
    const { circuit, reconciler } = setUp(isolate);
    await reconciler.start();
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
  });

  it('applies a new override once, and its release', async () => {
    const { store, circuit, reconciler } = setUp();
    await reconciler.start();
    store.active = isolate;
    await reconciler.reconcile();
    await reconciler.reconcile();
    store.active = undefined;
    store.releaseReason = 'It is green again.';
    await reconciler.reconcile();
    expect(circuit.calls).toEqual([`isolate ${reason}`, 'release It is green again.']);
  });

  it('isolates the circuit again at once when its isolation is lost', async () => {
    const { circuit, reconciler, settled } = setUp(isolate);
    await reconciler.start();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`, `isolate ${reason}`]);
  });

  it('applies an override within 30 seconds when no event announced it', async () => {
    const { advance, store, circuit, reconciler } = setUp();
    await reconciler.start();
    store.active = isolate;
    await advance(29_000);
    expect(circuit.calls).toEqual([]);
    await advance(1_000);
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
  });

  it('applies an override when database and Redis are available again, and does nothing in between', async () => {
    const { advance, store, circuit, reconciler, redis, settled } = setUp();
    await reconciler.start();
    store.active = isolate;
    store.isDown = true;
    await reconciler.reconcile();
    expect(circuit.calls).toEqual([]);
    store.isDown = false;
    circuit.error = new Error('no Redis');
    await advance(30_000);
    circuit.error = undefined;
    redis.emitReady();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`, `isolate ${reason}`]);
    expect(circuit.snapshot().isolation).toEqual({ reason });
  });

  it('ends an isolation at its end', async () => {
    const { advance, store, circuit, clock, reconciler } = setUp();
    store.active = { ...isolate, until: new Date(clock.now() + 5_000) };
    await reconciler.start();
    await advance(5_000);
    expect(store.active).toBeUndefined();
    expect(circuit.calls.at(-1)).toBe('release');
  });

  it('does not renew an isolation that the circuit ended 2 s before the end by our clock', async () => {
    const { advance, store, circuit, clock, reconciler, settled } = setUp();
    store.active = { ...isolate, until: new Date(clock.now() + 60_000) };
    await reconciler.start();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toHaveLength(2);
    await advance(58_000);
    circuit.loseIsolation();
    await settled();
    expect(store.active).toBeUndefined();
    expect(circuit.calls).toHaveLength(2);
  });

  it('resets the circuit here once while Redis is away, and the shared state when Redis is back', async () => {
    const { advance, store, circuit, reconciler, redis, settled } = setUp(reset);
    circuit.scope = 'local';
    await reconciler.start();
    await advance(30_000);
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(store.active).toBe(reset);
    circuit.scope = 'shared';
    redis.emitReady();
    await settled();
    expect(circuit.calls).toEqual([`reset ${reason}`, `reset shared ${reason}`]);
    expect(store.active).toBeUndefined();
  });

  it('resets the circuit here once while Redis refuses writes, and the shared state at the first run that can', async () => {
    const { advance, store, circuit, reconciler } = setUp(reset);
    circuit.scope = 'local';
    await reconciler.start();
    for (let runs = 0; runs < 3; runs += 1) await advance(30_000);
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(store.active).toBe(reset);
    circuit.scope = 'shared';
    await advance(30_000);
    expect(circuit.calls).toEqual([`reset ${reason}`, `reset shared ${reason}`]);
    expect(store.active).toBeUndefined();
  });

  it('retries only the completion of a reset when the database was read-only', async () => {
    const { advance, store, circuit, reconciler } = setUp(reset);
    store.isReadOnly = true;
    await reconciler.start();
    await advance(30_000);
    expect(store.active).toBe(reset);
    store.isReadOnly = false;
    await advance(30_000);
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(store.active).toBeUndefined();
  });

  it('serves all callers that wait for a running reconciliation with one more run', async () => {
    const { store, reconciler } = setUp();
    await Promise.all(Array.from({ length: 20 }, () => reconciler.reconcile()));
    expect(store.reads).toBe(1);
  });

  it('does nothing after it is closed, and leaves no timer or listener', async () => {
    const { circuit, clock, reconciler, listeners, settled } = setUp(isolate);
    await reconciler.start();
    reconciler.close();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
    expect({ timers: clock.pendingTimers, listeners: listeners.size }).toEqual({ timers: 0, listeners: 0 });
  });
});

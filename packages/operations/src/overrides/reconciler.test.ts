import type { RedisEvent } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { scriptedCircuit } from '../testing/scripted-circuit.ts';
import type { ActiveOverride } from './active-override.ts';
import { OverrideReconciler } from './reconciler.ts';

const reason = 'Their status page says outage.';

/** A follower whose orders, Redis and time are in the test's hand. */
function following(first?: ActiveOverride) {
  const clock = new FakeClock();
  const circuit = scriptedCircuit();
  const listeners = new Set<(event: RedisEvent) => void>();
  const book: {
    standing: ActiveOverride | undefined;
    released: string | undefined;
    isDown: boolean;
    isReadOnly: boolean;
    looks: number;
  } = {
    standing: first,
    released: undefined,
    isDown: false,
    isReadOnly: false,
    looks: 0,
  };
  const redis = {
    subscribe(listener: (event: RedisEvent) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    comeBack() {
      for (const listener of listeners) listener({ type: 'ready' });
    },
  };
  const follower = new OverrideReconciler({
    provider: 'plant_id',
    circuit,
    redis,
    clock,
    logger: createLogger({ level: 'silent' }),
    overrides: {
      async active() {
        book.looks += 1;
        if (book.isDown) throw new Error('no database');
        return book.standing;
      },
      releaseReason: async () => book.released,
      async expire() {
        book.standing = undefined;
      },
      async complete() {
        if (book.isReadOnly) throw new Error('a read-only database');
        book.standing = undefined;
      },
    },
  });
  const settled = async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
  };
  return { book, circuit, clock, follower, listeners, redis, settled };
}

const isolate: ActiveOverride = {
  id: '01',
  action: 'isolate',
  reason,
  by: 'ada@example.org',
  createdAt: new Date('2026-01-01T00:00:00Z'),
};
const reset: ActiveOverride = { ...isolate, action: 'reset' };

describe('a circuit follows the orders', () => {
  it('from the start, as after a restart', async () => {
    const { circuit, follower } = following(isolate);
    await follower.start();
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
  });

  it('when told to look, and is left alone when it follows', async () => {
    const { book, circuit, follower } = following();
    await follower.start();
    book.standing = isolate;
    await follower.reconcile();
    await follower.reconcile();
    book.standing = undefined;
    book.released = 'It is green again.';
    await follower.reconcile();
    expect(circuit.calls).toEqual([`isolate ${reason}`, 'release It is green again.']);
  });

  it('again at once when its isolation is lost', async () => {
    const { circuit, follower, settled } = following(isolate);
    await follower.start();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`, `isolate ${reason}`]);
  });

  it('within half a minute when nothing told of the order', async () => {
    const { book, circuit, clock, follower, settled } = following();
    await follower.start();
    book.standing = isolate;
    clock.advance(29_000);
    await settled();
    expect(circuit.calls).toEqual([]);
    clock.advance(1_000);
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
  });

  it('when the database or Redis is back, and does nothing in between', async () => {
    const { book, circuit, clock, follower, redis, settled } = following();
    await follower.start();
    book.standing = isolate;
    book.isDown = true;
    await follower.reconcile();
    expect(circuit.calls).toEqual([]);
    book.isDown = false;
    circuit.error = new Error('no Redis');
    clock.advance(30_000);
    await settled();
    circuit.error = undefined;
    redis.comeBack();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`, `isolate ${reason}`]);
    expect(circuit.snapshot().isolation).toEqual({ reason });
  });

  it('to the end of an isolation, on time', async () => {
    const { book, circuit, clock, follower, settled } = following();
    book.standing = { ...isolate, until: new Date(clock.now() + 5_000) };
    await follower.start();
    clock.advance(5_000);
    await settled();
    expect(book.standing).toBeUndefined();
    expect(circuit.calls.at(-1)).toBe('release');
  });

  it('to the end of an isolation that the circuit sees a moment earlier, and does not isolate it anew', async () => {
    const { book, circuit, clock, follower, settled } = following();
    book.standing = { ...isolate, until: new Date(clock.now() + 60_000) };
    await follower.start();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toHaveLength(2);
    clock.advance(58_000);
    await settled();
    circuit.loseIsolation();
    await settled();
    expect(book.standing).toBeUndefined();
    expect(circuit.calls).toHaveLength(2);
  });

  it('by a reset, once; without Redis again when it is back', async () => {
    const { book, circuit, clock, follower, redis, settled } = following(reset);
    circuit.scope = 'local';
    await follower.start();
    clock.advance(30_000);
    await settled();
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(book.standing).toBe(reset);
    circuit.scope = 'shared';
    redis.comeBack();
    await settled();
    expect(circuit.calls).toEqual([`reset ${reason}`, `reset for all ${reason}`]);
    expect(book.standing).toBeUndefined();
  });

  it('by a reset that a Redis refuses which is there: here once, and for all by the first look at which it can', async () => {
    const { book, circuit, clock, follower, settled } = following(reset);
    circuit.scope = 'local';
    await follower.start();
    for (let looks = 0; looks < 3; looks += 1) {
      clock.advance(30_000);
      await settled();
    }
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(book.standing).toBe(reset);
    circuit.scope = 'shared';
    clock.advance(30_000);
    await settled();
    expect(circuit.calls).toEqual([`reset ${reason}`, `reset for all ${reason}`]);
    expect(book.standing).toBeUndefined();
  });

  it('by a reset that could not be noted as done: that is tried again, and nothing else', async () => {
    const { book, circuit, clock, follower, settled } = following(reset);
    book.isReadOnly = true;
    await follower.start();
    clock.advance(30_000);
    await settled();
    expect(book.standing).toBe(reset);
    book.isReadOnly = false;
    clock.advance(30_000);
    await settled();
    expect(circuit.calls).toEqual([`reset ${reason}`]);
    expect(book.standing).toBeUndefined();
  });

  it('with one look for all who ask while another one runs', async () => {
    const { book, follower } = following();
    await Promise.all(Array.from({ length: 20 }, () => follower.reconcile()));
    expect(book.looks).toBe(1);
  });

  it('until it is closed, leaving no timer', async () => {
    const { circuit, clock, follower, listeners, settled } = following(isolate);
    await follower.start();
    follower.close();
    circuit.loseIsolation();
    await settled();
    expect(circuit.calls).toEqual([`isolate ${reason}`]);
    expect([clock.pendingTimers, listeners.size]).toEqual([0, 0]);
  });
});

import { describe, expect, it } from 'vitest';
import { BulkheadFullError } from '../bulkhead.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { createCircuit } from './circuit-breaker.ts';
import type { CircuitOptions } from './types.ts';

const valid: CircuitOptions = { name: 'service', resetTimeoutMs: 60_000, maxResetTimeoutMs: 60_000 };

describe('createCircuit', () => {
  it('takes the least of each option', () => {
    const least = { failMax: 1, resetTimeoutMs: 1, maxResetTimeoutMs: 1, successThreshold: 1, trialPermits: 1 };
    expect(() => createCircuit({ name: 'service', ...least, trialDeadlineMs: 1 })).not.toThrow();
  });

  it.each<Partial<CircuitOptions>>([
    { failMax: 0 },
    { failMax: 1.5 },
    { successThreshold: 0 },
    { trialPermits: 0 },
    { resetTimeoutMs: 0 },
    { resetTimeoutMs: Number.NaN },
    { resetTimeoutMs: Number.POSITIVE_INFINITY },
    { resetTimeoutMs: 3_000_000_000 },
    { maxResetTimeoutMs: Number.POSITIVE_INFINITY },
    { maxResetTimeoutMs: 59_999 },
    { trialDeadlineMs: 0 },
    { trialDeadlineMs: Number.POSITIVE_INFINITY },
  ])('rejects %j with an error that names the option', (wrong) => {
    expect(() => createCircuit({ ...valid, ...wrong })).toThrow(new RegExp(`^${Object.keys(wrong)[0]} must`));
  });
});

describe('a circuit with a name and no other options', () => {
  const fail = (circuit: ReturnType<typeof createCircuit>, error: Error = new Error('withered')) =>
    expect(circuit.execute(() => Promise.reject(error))).rejects.toBe(error);

  it('opens after 5 failures for 30 s, doubling up to 300 s, and closes after 2 successes of at most 2 trials', async () => {
    const clock = new FakeClock();
    const circuit = createCircuit({ name: 'service', clock, random: () => 0 });
    for (let n = 0; n < 4; n += 1) await fail(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 4, failMax: 5 });
    await fail(circuit);
    const resetTimes: number[] = [];
    for (let opening = 0; opening < 5; opening += 1) {
      resetTimes.push(circuit.snapshot().resetTimeoutMs);
      clock.advance(circuit.snapshot().resetTimeoutMs);
      await fail(circuit);
    }
    expect(resetTimes).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    clock.advance(300_000);
    const trials = Promise.withResolvers<void>();
    const running = [circuit.execute(() => trials.promise), circuit.execute(() => trials.promise)];
    expect(circuit.admits()).toBe(false);
    trials.resolve();
    await Promise.all(running);
    expect(circuit.snapshot().state).toBe('closed');
    circuit.close();
  });

  it('frees the permit of a trial without a result after 60 s', async () => {
    const clock = new FakeClock();
    const circuit = createCircuit({ name: 'service', clock, failMax: 1, trialPermits: 1 });
    await fail(circuit);
    clock.advance(30_000);
    void circuit.execute(() => new Promise(() => {}));
    clock.advance(59_999);
    expect(circuit.admits()).toBe(false);
    clock.advance(1);
    expect(circuit.admits()).toBe(true);
    circuit.close();
  });

  it('ignores refusals of this package, which say nothing about the service', async () => {
    const circuit = createCircuit({ name: 'service', clock: new FakeClock() });
    await fail(circuit, new BulkheadFullError(20));
    expect(circuit.snapshot().failCount).toBe(0);
  });

  it('ignores the abort of a caller, but counts a timeout', async () => {
    const circuit = createCircuit({ name: 'service', clock: new FakeClock() });
    await fail(circuit, new DOMException('This operation was aborted', 'AbortError'));
    expect(circuit.snapshot().failCount).toBe(0);
    await fail(circuit, new DOMException('The operation timed out', 'TimeoutError'));
    expect(circuit.snapshot().failCount).toBe(1);
  });

  it('may open for longer than 300 s when the reset time alone is given', () => {
    const circuit = createCircuit({ name: 'service', resetTimeoutMs: 600_000 });
    expect(circuit.snapshot().resetTimeoutMs).toBe(600_000);
  });
});

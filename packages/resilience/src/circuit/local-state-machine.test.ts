import { describe, expect, it } from 'vitest';
import { fail, localCircuit, open, succeed, Unavailable } from '../testing/local-circuit.ts';
import { createTask } from '../testing/task.ts';
import { CircuitRejectedError } from './circuit-breaker.ts';
import type { Circuit } from './types.ts';

const expectRejected = (circuit: Circuit) =>
  expect(circuit.execute(() => Promise.resolve('not called'))).rejects.toBeInstanceOf(CircuitRejectedError);

describe('a closed circuit', () => {
  it('passes values and errors through unchanged', async () => {
    const { circuit } = localCircuit();
    await expect(succeed(circuit)).resolves.toBe('leaf');
    await fail(circuit, new Unavailable('the very same'));
  });

  it('opens after consecutive failures only', async () => {
    const { circuit } = localCircuit();
    await fail(circuit);
    await fail(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 2, failMax: 3, lastFailure: 'Unavailable' });
    await succeed(circuit);
    expect(circuit.snapshot().failCount).toBe(0);
    await fail(circuit);
    await fail(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', isHealthy: true });
    await fail(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'open', failCount: 3, isHealthy: false, isUnavailable: true });
  });

  it('counts failures of calls that ran at the same time', async () => {
    const { circuit } = localCircuit();
    await Promise.all([fail(circuit), fail(circuit), fail(circuit)]);
    expect(circuit.snapshot().state).toBe('open');
  });

  it('resets its count with a success right after a failure', async () => {
    const { circuit } = localCircuit();
    const [bad, good] = [createTask<string>(), createTask<string>()];
    const calls = [circuit.execute(bad.work), circuit.execute(good.work)];
    bad.reject(new Unavailable('no answer'));
    good.resolve('leaf');
    await Promise.allSettled(calls);
    expect(circuit.snapshot().failCount).toBe(0);
  });

  it('neither counts nor resets with an ignored result', async () => {
    const { circuit, events } = localCircuit();
    await fail(circuit);
    await fail(circuit);
    await fail(circuit, new Error('ignored'));
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 2 });
    expect(events.at(-1)).toEqual({ type: 'call_ignored', error: new Error('ignored') });
  });

  it('resets its count with an error that is classified as a success', async () => {
    const { circuit } = localCircuit();
    await fail(circuit);
    await fail(circuit, new Error('success'));
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 0 });
  });
});

describe('an open circuit', () => {
  it('rejects calls without making them, and says for how long', async () => {
    const { circuit, clock, events } = localCircuit();
    await open(circuit);
    clock.advance(20_000);
    const task = createTask<string>();
    await expect(circuit.execute(task.work)).rejects.toMatchObject({
      code: 'circuit_rejected',
      circuit: 'service',
      state: 'open',
      retryAfterMs: 40_000,
    });
    expect(task.calls()).toBe(0);
    expect(circuit.admits()).toBe(false);
    expect(circuit.snapshot().nextTrialAt).toBe(clock.now() + 40_000);
    expect(events.at(-1)).toEqual({ type: 'rejected', state: 'open', retryAfterMs: 40_000 });
  });

  it('does not depend on the wall clock', async () => {
    const { circuit, clock } = localCircuit();
    await open(circuit);
    clock.stepWallClock(3_600_000);
    await expectRejected(circuit);
    clock.stepWallClock(-7_200_000);
    clock.advance(60_000);
    await succeed(circuit);
    expect(circuit.snapshot().state).toBe('half_open');
  });

  it('ignores results of calls that began before it opened', async () => {
    const { circuit, events } = localCircuit();
    const early = createTask<string>();
    const call = circuit.execute(early.work);
    await open(circuit);
    early.resolve('late');
    await expect(call).resolves.toBe('late');
    expect(circuit.snapshot()).toMatchObject({ state: 'open', failCount: 3 });
    expect(events.at(-1)).toEqual({ type: 'call_succeeded' });
  });
});

describe('a half-open circuit', () => {
  it('admits as many trials as it has permits and rejects, never queues, the rest', async () => {
    const { circuit, clock } = localCircuit();
    await open(circuit);
    clock.advance(60_000);
    const task = createTask<string>();
    const calls = Array.from({ length: 100 }, () => circuit.execute(task.work));
    // Settled while the trials still run.
    const rejections = await Promise.allSettled(calls.slice(2));
    expect(task.calls()).toBe(2);
    expect(rejections).toHaveLength(98);
    for (const rejection of rejections) {
      expect(rejection).toMatchObject({ status: 'rejected', reason: { state: 'half_open', retryAfterMs: undefined } });
    }
    task.resolve('leaf');
    await expect(Promise.all(calls.slice(0, 2))).resolves.toEqual(['leaf', 'leaf']);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('closes after enough successes and counts from zero', async () => {
    const { circuit, clock, events } = localCircuit();
    await open(circuit);
    clock.advance(65_200);
    await succeed(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'half_open', isDegraded: true });
    await succeed(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 0, since: clock.now() });
    expect(events.slice(-5)).toEqual([
      { type: 'call_succeeded' },
      { type: 'trial_succeeded', successes: 1, required: 2 },
      { type: 'call_succeeded' },
      { type: 'trial_succeeded', successes: 2, required: 2 },
      { type: 'closed', downMs: 65_200 },
    ]);
  });

  it('opens again with one failure, for twice as long; after a close for the base time', async () => {
    const { circuit, clock } = localCircuit();
    await open(circuit);
    for (const resetTimeoutMs of [120_000, 240_000, 300_000, 300_000]) {
      clock.advance(circuit.snapshot().resetTimeoutMs);
      await succeed(circuit);
      await fail(circuit);
      expect(circuit.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs, failCount: 3 });
      clock.advance(resetTimeoutMs - 1);
      await expectRejected(circuit);
      clock.advance(1);
    }
    await succeed(circuit);
    await succeed(circuit);
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', resetTimeoutMs: 60_000 });
    await open(circuit);
    expect(circuit.snapshot().resetTimeoutMs).toBe(60_000);
  });

  it('gets the permit of an ignored trial back without a verdict', async () => {
    const { circuit, clock } = localCircuit({ trialPermits: 1 });
    await open(circuit);
    clock.advance(60_000);
    await fail(circuit, new Error('ignored'));
    await fail(circuit, new Error('ignored'));
    expect(circuit.snapshot().state).toBe('half_open');
    await succeed(circuit);
    await succeed(circuit);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('gets the permit of an ignored trial back, and reports it', async () => {
    const { circuit, clock, types } = localCircuit({ trialPermits: 1 });
    await open(circuit);
    clock.advance(60_000);
    await expect(circuit.execute(() => Promise.reject(new Error('ignored')))).rejects.toThrow('ignored');
    expect(types().slice(-2)).toEqual(['call_ignored', 'trial_ignored']);
    expect({ admits: circuit.admits(), state: circuit.snapshot().state }).toEqual({ admits: true, state: 'half_open' });
  });

  it('gets the permit of a hung trial back at its deadline and ignores its result', async () => {
    const { circuit, clock, types } = localCircuit({ trialPermits: 1, trialDeadlineMs: 40_000 });
    await open(circuit);
    clock.advance(60_000);
    const hung = createTask<string>();
    const call = circuit.execute(hung.work);
    clock.advance(39_999);
    await expectRejected(circuit);
    clock.advance(1);
    expect(circuit.admits()).toBe(true);
    await succeed(circuit);
    expect(types()).toContain('trial_abandoned');
    hung.reject(new Unavailable('at last'));
    await expect(call).rejects.toThrow('at last');
    expect(types()).not.toContain('trial_failed');
    expect(circuit.snapshot().state).toBe('half_open');
    await succeed(circuit);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('ignores the result of a call that began while it was closed', async () => {
    const { circuit, clock } = localCircuit();
    const early = createTask<string>();
    const call = circuit.execute(early.work);
    await open(circuit);
    clock.advance(60_000);
    await succeed(circuit);
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    expect(circuit.snapshot().state).toBe('half_open');
    await succeed(circuit);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('ignores the result of a trial of an earlier recovery', async () => {
    const { circuit, clock } = localCircuit();
    await open(circuit);
    clock.advance(60_000);
    const slow = createTask<string>();
    const call = circuit.execute(slow.work);
    await fail(circuit);
    clock.advance(120_000);
    await succeed(circuit);
    slow.resolve('late');
    await call;
    expect(circuit.snapshot().state).toBe('half_open');
  });
});

it('a circuit emits its events in order', async () => {
  const { circuit, clock, events, types } = localCircuit({ successThreshold: 1 });
  await open(circuit);
  clock.advance(60_000);
  await fail(circuit);
  clock.advance(120_000);
  await succeed(circuit);
  expect(events.slice(0, 5)).toEqual([
    { type: 'initialized', failMax: 3, resetTimeoutMs: 60_000 },
    ...[1, 2, 3].map((failCount) => ({
      type: 'call_failed',
      error: new Unavailable('no answer'),
      failCount,
      failMax: 3,
    })),
    { type: 'opened', failCount: 3, resetTimeoutMs: 60_000 },
  ]);
  expect(events).toContainEqual({ type: 'reopened', resetTimeoutMs: 120_000 });
  expect(types().slice(5)).toEqual(
    'half_opened call_failed trial_failed reopened half_opened call_succeeded trial_succeeded closed'.split(' '),
  );
});

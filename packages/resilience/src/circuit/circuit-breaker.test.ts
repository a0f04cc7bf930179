import { describe, expect, it } from 'vitest';
import { fail, localCircuit, open, succeed, Unavailable } from '../testing/local-circuit.ts';
import { createTask } from '../testing/task.ts';

describe('an override', () => {
  it('that isolates rejects every call until a release closes the circuit', async () => {
    const { circuit, clock, events } = localCircuit();
    await open(circuit);
    await circuit.isolate('their page says maintenance');
    clock.advance(86_400_000);
    expect(circuit.admits()).toBe(false);
    await expect(succeed(circuit)).rejects.toMatchObject({ state: 'isolated', retryAfterMs: undefined });
    expect(circuit.snapshot()).toMatchObject({
      state: 'isolated',
      isUnavailable: true,
      isolation: { reason: 'their page says maintenance' },
    });
    await circuit.release('their page is green');
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 0, resetTimeoutMs: 60_000 });
    expect(circuit.snapshot()).not.toHaveProperty('isolation');
    await succeed(circuit);
    expect(events.filter(({ type }) => type === 'isolated' || type === 'released')).toEqual([
      { type: 'isolated', reason: 'their page says maintenance' },
      { type: 'released', reason: 'their page is green' },
    ]);
  });

  it('that isolates until a time ends at that time, without a call', async () => {
    const { circuit, clock, events } = localCircuit();
    const until = clock.now() + 900_000;
    await circuit.isolate('maintenance', until);
    await expect(succeed(circuit)).rejects.toMatchObject({ retryAfterMs: 900_000 });
    expect(circuit.snapshot().isolation).toEqual({ reason: 'maintenance', until });
    clock.stepWallClock(3_600_000);
    clock.advance(899_999);
    expect(circuit.snapshot().state).toBe('isolated');
    clock.advance(1);
    expect(circuit.snapshot().state).toBe('closed');
    expect(events.at(-1)).toEqual({ type: 'released' });
    await Promise.resolve();
    expect(clock.pendingTimers).toBe(0);
  });

  it('that repeats an isolation emits no event; one that changes it does', async () => {
    const { circuit, types } = localCircuit();
    for (const reason of ['maintenance', 'maintenance', 'longer maintenance']) await circuit.isolate(reason);
    expect(types()).toEqual(['initialized', 'isolated', 'isolated']);
  });

  it('that isolates voids the results of calls that began before', async () => {
    const { circuit } = localCircuit({ failMax: 1 });
    const early = createTask<string>();
    const call = circuit.execute(early.work);
    await circuit.isolate('maintenance');
    await circuit.release();
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('that releases changes nothing when the circuit is not isolated', async () => {
    const { circuit } = localCircuit();
    await open(circuit);
    await circuit.release();
    expect(circuit.snapshot().state).toBe('open');
  });

  it.each(['reset', 'resetShared'] as const)(
    '%s closes the circuit and forgets failures and openings',
    async (override) => {
      const { circuit, clock, events } = localCircuit();
      await open(circuit);
      clock.advance(60_000);
      await fail(circuit);
      expect(circuit.snapshot().resetTimeoutMs).toBe(120_000);
      await circuit[override]('they fixed it');
      expect(events.at(-1)).toEqual({ type: 'reset', reason: 'they fixed it' });
      expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 0, resetTimeoutMs: 60_000 });
      await open(circuit);
      expect(circuit.snapshot().resetTimeoutMs).toBe(60_000);
    },
  );

  it('that resets during a recovery voids the running trials', async () => {
    const { circuit, clock, types } = localCircuit({ successThreshold: 1 });
    await open(circuit);
    clock.advance(60_000);
    const trial = createTask<string>();
    const call = circuit.execute(trial.work);
    await circuit.reset('they fixed it');
    trial.reject(new Unavailable('no answer'));
    await expect(call).rejects.toThrow('no answer');
    expect(circuit.snapshot()).toMatchObject({ state: 'closed', failCount: 0 });
    expect(types().at(-2)).toBe('reset');
  });
});

describe('the event stuck_open', () => {
  it('is emitted once an opening, ten minutes after it, whether or not trials run', async () => {
    const { circuit, clock, events, types } = localCircuit();
    const stuck = () => events.filter(({ type }) => type === 'stuck_open');
    await open(circuit);
    clock.advance(60_000);
    await fail(circuit);
    clock.advance(539_999);
    expect(stuck()).toEqual([]);
    clock.advance(1);
    expect(stuck()).toEqual([{ type: 'stuck_open', downMs: 600_000 }]);
    await fail(circuit);
    clock.advance(3_600_000);
    expect(stuck()).toHaveLength(1);
    await succeed(circuit);
    await succeed(circuit);
    expect(types().at(-1)).toBe('closed');
    await open(circuit);
    clock.advance(600_000);
    expect(stuck()).toHaveLength(2);
  });

  it('is not emitted for a circuit that closed or was isolated', async () => {
    const { circuit, clock, types } = localCircuit({ successThreshold: 1 });
    await open(circuit);
    clock.advance(60_000);
    await succeed(circuit);
    await open(circuit);
    await circuit.isolate('maintenance');
    clock.advance(3_600_000);
    expect(types()).not.toContain('stuck_open');
  });
});

describe('the class of an error', () => {
  it('comes from the option nameFailure', async () => {
    const { circuit } = localCircuit({
      nameFailure: (error) => (error instanceof Unavailable ? 'connection' : 'other'),
    });
    await fail(circuit);
    expect(circuit.snapshot().lastFailure).toBe('connection');
  });

  it('is `ignored` when classify throws: the caller gets the error, and a trial gives its permit back', async () => {
    const classify = (error: unknown) => {
      if (error instanceof RangeError) throw new TypeError('unknown error');
      return 'failure' as const;
    };
    const { circuit, clock, events } = localCircuit({ classify, trialPermits: 1 });
    await open(circuit);
    clock.advance(60_000);
    await fail(circuit, new RangeError('out of range'));
    expect(events.at(-2)).toMatchObject({ type: 'call_ignored', error: { message: 'out of range' } });
    expect(circuit.admits()).toBe(true);
  });

  it('is the name of the error when nameFailure throws', async () => {
    const nameFailure = () => {
      throw new TypeError('unknown error');
    };
    const { circuit } = localCircuit({ nameFailure });
    await fail(circuit);
    expect(circuit.snapshot()).toMatchObject({ failCount: 1, lastFailure: 'Unavailable' });
  });
});

it('a closed circuit leaves no timer behind', async () => {
  const { circuit, clock } = localCircuit();
  await open(circuit);
  await circuit.isolate('maintenance', clock.now() + 1000);
  await circuit.reset('over');
  await open(circuit);
  expect(clock.pendingTimers).toBe(1);
  circuit.close();
  expect(clock.pendingTimers).toBe(0);
});

import { describe, expect, it } from 'vitest';
import { CircuitCluster } from '../testing/circuit-cluster.ts';
import { fail, succeed, Unavailable } from '../testing/local-circuit.ts';
import { createTask } from '../testing/task.ts';
import { CircuitRejectedError } from './circuit-breaker.ts';
import type { CircuitEvent } from './types.ts';

const cluster = CircuitCluster.forEachTest();
const { addProcess, openAll, settle, states } = cluster;

describe('processes that share a circuit', () => {
  it('count failures together and open together', async () => {
    const [a, b, c] = [await addProcess(), await addProcess(), await addProcess()];
    await fail(a);
    await settle();
    await fail(b);
    await settle();
    expect(c.snapshot()).toMatchObject({ state: 'closed', failCount: 2, lastFailure: 'Unavailable' });
    await fail(c);
    expect(c.snapshot()).toMatchObject({ state: 'open', failCount: 3 });
    await settle();
    expect(states()).toEqual(['open', 'open', 'open']);
    expect(a.events.at(-1)).toEqual({ type: 'opened', failCount: 3, resetTimeoutMs: 60_000 });
    expect(c.types().slice(1)).toEqual(['call_failed', 'opened']);
  });

  it('share a success after failures', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await fail(a);
    await settle();
    await succeed(b);
    await settle();
    expect(a.snapshot().failCount).toBe(0);
  });

  it('send no command while the circuit is closed and calls succeed', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.commands.length = 0;
    for (let n = 0; n < 1000; n += 1) await succeed(n % 2 ? a : b);
    cluster.clock.advance(3_600_000);
    await settle();
    expect(cluster.redis.commands).toEqual([]);
  });

  it('reject calls without a command while the circuit is open', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    cluster.redis.commands.length = 0;
    cluster.clock.advance(20_000);
    for (const circuit of [a, b]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    }
    expect(cluster.redis.commands).toEqual([]);
  });
});

describe('a half-open circuit of several processes', () => {
  it('admits as many trials as it has permits and rejects all other calls at once', async () => {
    const circuits = [await addProcess(), await addProcess(), await addProcess(), await addProcess()];
    await openAll();
    cluster.clock.advance(60_000);
    const task = createTask<string>();
    const calls = circuits.flatMap((circuit) => Array.from({ length: 25 }, () => circuit.execute(task.work)));
    const rejected = calls.map((call) =>
      call.then(
        () => [],
        (error: unknown) => [error],
      ),
    );
    await settle();
    expect(task.calls()).toBe(2);
    expect(circuits.map((circuit) => circuit.admits())).toEqual([false, false, false, false]);
    task.resolve('leaf');
    const errors = (await Promise.all(rejected)).flat();
    expect(errors).toHaveLength(98);
    expect(errors.every((error) => error instanceof CircuitRejectedError)).toBe(true);
    await settle();
    expect(states()).toEqual(['closed', 'closed', 'closed', 'closed']);
    expect(circuits[3]?.events.at(-1)).toEqual({ type: 'closed', downMs: 60_000 });
  });

  it('adds up the successes of different processes', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.clock.advance(65_200);
    await succeed(a);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'half_open', trials: { succeeded: 1, required: 2 } });
    await succeed(b);
    expect(b.events.slice(-2)).toEqual([
      { type: 'trial_succeeded', successes: 2, required: 2 },
      { type: 'closed', downMs: 65_200 },
    ]);
  });

  it('opens for all with one failure, for twice as long up to the maximum; after a close for the base time', async () => {
    const [a, b] = [await addProcess({ random: () => 1 }), await addProcess({ random: () => 1 })];
    await openAll();
    const openedAt = cluster.clock.now();
    for (const resetTimeoutMs of [132_000, 264_000, 300_000, 300_000]) {
      cluster.clock.advance(b.snapshot().resetTimeoutMs);
      await fail(b);
      await settle();
      expect(a.snapshot()).toMatchObject({ state: 'open', openedAt, resetTimeoutMs, failCount: 3 });
      expect(a.snapshot().nextTrialAt).toBe(cluster.clock.now() + resetTimeoutMs);
      expect(a.events.at(-1)).toEqual({ type: 'reopened', resetTimeoutMs });
    }
    cluster.clock.advance(300_000);
    await succeed(a);
    await succeed(a);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'closed', resetTimeoutMs: 60_000 });
    expect(b.snapshot()).not.toHaveProperty('openedAt');
    await openAll();
    expect(b.snapshot().resetTimeoutMs).toBe(60_000);
  });

  it('reports a failed trial in the process that made it', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.clock.advance(60_000);
    await fail(a);
    await settle();
    expect(a.types().slice(-4)).toEqual(['half_opened', 'call_failed', 'trial_failed', 'reopened']);
    expect(b.types().slice(-2)).toEqual(['half_opened', 'reopened']);
  });

  it('gets the permit of an ignored trial back', async () => {
    const [a, b] = [await addProcess({ trialPermits: 1 }), await addProcess({ trialPermits: 1 })];
    await openAll();
    cluster.clock.advance(60_000);
    await expect(a.execute(() => Promise.reject('ignored'))).rejects.toBe('ignored');
    await settle();
    expect(a.types().slice(-2)).toEqual(['call_ignored', 'trial_ignored']);
    expect(b.types()).not.toContain('trial_ignored');
    expect(b.admits()).toBe(true);
    await succeed(b);
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });

  it('gets the permit of a hung or dead process back at its deadline and ignores its result', async () => {
    const options = { trialPermits: 1, trialDeadlineMs: 40_000 };
    const [a, b] = [await addProcess(options), await addProcess(options)];
    await openAll();
    cluster.clock.advance(60_000);
    const hung = createTask<string>();
    const call = a.execute(hung.work);
    await settle();
    cluster.clock.advance(39_999);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'half_open', retryAfterMs: undefined });
    cluster.clock.advance(1);
    expect(b.admits()).toBe(true);
    await succeed(b);
    expect(b.types()).toContain('trial_abandoned');
    hung.reject(new Unavailable('at last'));
    await expect(call).rejects.toThrow('at last');
    await settle();
    expect(a.types()).not.toContain('trial_failed');
    expect(states()).toEqual(['half_open', 'half_open']);
  });
});

describe('the result of a call from before the last change of state', () => {
  it('does not open a half-open circuit when the call began while it was closed', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    const early = createTask<string>();
    const call = b.execute(early.work);
    await openAll();
    cluster.clock.advance(60_000);
    await succeed(a);
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
  });

  it('does not close a circuit when the call was a trial of an earlier recovery', async () => {
    const [a, b] = [await addProcess({ successThreshold: 1 }), await addProcess({ successThreshold: 1 })];
    await openAll();
    cluster.clock.advance(60_000);
    const slow = createTask<string>();
    const call = a.execute(slow.work);
    await settle();
    await fail(b);
    cluster.clock.advance(120_000);
    const trial = createTask<string>();
    const next = b.execute(trial.work);
    await settle();
    slow.resolve('late');
    await call;
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
    trial.resolve('leaf');
    await next;
    expect(b.snapshot().state).toBe('closed');
  });
});

describe('a process that starts', () => {
  it('while the circuit is open starts open, and its first call waits for the state', async () => {
    await addProcess();
    await openAll();
    cluster.clock.advance(20_000);
    const late = cluster.startProcess();
    await expect(succeed(late)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    expect(late.snapshot().since).toBe(cluster.clock.now() - 20_000);
  });

  it('without Redis starts closed and adopts the state when Redis is there', async () => {
    await addProcess();
    await openAll();
    cluster.redis.down();
    const late = await addProcess();
    await succeed(late);
    await cluster.redis.up('kept');
    await settle();
    expect(late.snapshot().state).toBe('open');
  });

  it('emits no event for a circuit that was reset before', async () => {
    const a = await addProcess();
    await openAll();
    await a.reset('they fixed it');
    const late = await addProcess();
    expect(late.types()).toEqual(['initialized']);
  });
});

it('a circuit that is stuck open emits one event in every process, also in one that started later', async () => {
  await addProcess();
  await openAll();
  cluster.clock.advance(540_000);
  await addProcess();
  cluster.clock.advance(60_000);
  const stuck = cluster.circuits.map((circuit) => Reflect.get(circuit, 'events') as CircuitEvent[]);
  for (const events of stuck) {
    expect(events.filter(({ type }) => type === 'stuck_open')).toEqual([{ type: 'stuck_open', downMs: 600_000 }]);
  }
});

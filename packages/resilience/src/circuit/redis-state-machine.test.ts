import { describe, expect, it } from 'vitest';
import { fail, succeed, Unavailable } from '../testing/local-circuit.ts';
import { SharedHouse } from '../testing/shared-house.ts';
import { createTask } from '../testing/task.ts';
import { CircuitRejectedError } from './rejected-error.ts';
import type { CircuitEvent } from './types.ts';

const house = SharedHouse.forEachTest();
const { join, openAll, settle, states } = house;

describe('processes that share a circuit', () => {
  it('count failures together and open together', async () => {
    const [a, b, c] = [await join(), await join(), await join()];
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

  it('hear of a success after failures', async () => {
    const [a, b] = [await join(), await join()];
    await fail(a);
    await settle();
    await succeed(b);
    await settle();
    expect(a.snapshot().failCount).toBe(0);
  });

  it('cost no command while healthy, whatever the calls', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.commands.length = 0;
    for (let n = 0; n < 1000; n += 1) await succeed(n % 2 ? a : b);
    house.clock.advance(3_600_000);
    await settle();
    expect(house.redis.commands).toEqual([]);
  });

  it('reject without a command while open', async () => {
    const [a, b] = [await join(), await join()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    house.redis.commands.length = 0;
    house.clock.advance(20_000);
    for (const circuit of [a, b]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    }
    expect(house.redis.commands).toEqual([]);
  });
});

describe('half open, over processes', () => {
  it('as many calls run as there are permits; all others are rejected at once', async () => {
    const circuits = [await join(), await join(), await join(), await join()];
    await openAll();
    house.clock.advance(60_000);
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

  it('successes of different processes add up', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    house.clock.advance(65_200);
    await succeed(a);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'half_open', trials: { succeeded: 1, required: 2 } });
    await succeed(b);
    expect(b.events.slice(-2)).toEqual([
      { type: 'trial_succeeded', successes: 2, required: 2 },
      { type: 'closed', downMs: 65_200 },
    ]);
  });

  it('one failure opens all again, for twice as long up to the maximum, and for the base after a close', async () => {
    const [a, b] = [await join({ random: () => 1 }), await join({ random: () => 1 })];
    await openAll();
    for (const resetTimeoutMs of [132_000, 264_000, 300_000, 300_000]) {
      house.clock.advance(b.snapshot().resetTimeoutMs);
      await fail(b);
      await settle();
      expect(a.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs, failCount: 3 });
      expect(a.snapshot().nextTrialAt).toBe(house.clock.now() + resetTimeoutMs);
      expect(a.events.at(-1)).toEqual({ type: 'reopened', resetTimeoutMs });
    }
    house.clock.advance(300_000);
    await succeed(a);
    await succeed(a);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'closed', resetTimeoutMs: 60_000 });
    await openAll();
    expect(b.snapshot().resetTimeoutMs).toBe(60_000);
  });

  it('an ignored trial gives its permit back', async () => {
    const [a, b] = [await join({ trialPermits: 1 }), await join({ trialPermits: 1 })];
    await openAll();
    house.clock.advance(60_000);
    await expect(a.execute(() => Promise.reject('ignored'))).rejects.toBe('ignored');
    await settle();
    expect(b.admits()).toBe(true);
    await succeed(b);
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });

  it('the permit of a hung or dead process comes back at its deadline; its result counts no more', async () => {
    const options = { trialPermits: 1, trialDeadlineMs: 40_000 };
    const [a, b] = [await join(options), await join(options)];
    await openAll();
    house.clock.advance(60_000);
    const hung = createTask<string>();
    const call = a.execute(hung.work);
    await settle();
    house.clock.advance(39_999);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'half_open', retryAfterMs: undefined });
    house.clock.advance(1);
    expect(b.admits()).toBe(true);
    await succeed(b);
    expect(b.types()).toContain('trial_abandoned');
    hung.reject(new Unavailable('at last'));
    await expect(call).rejects.toThrow('at last');
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
  });
});

describe('a result of a call that began before the last change of state', () => {
  it('of the closed time does not open a circuit that is being tried', async () => {
    const [a, b] = [await join(), await join()];
    const early = createTask<string>();
    const call = b.execute(early.work);
    await openAll();
    house.clock.advance(60_000);
    await succeed(a);
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
  });

  it('of an earlier recovery does not close the next', async () => {
    const [a, b] = [await join({ successThreshold: 1 }), await join({ successThreshold: 1 })];
    await openAll();
    house.clock.advance(60_000);
    const slow = createTask<string>();
    const call = a.execute(slow.work);
    await settle();
    await fail(b);
    house.clock.advance(120_000);
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
  it('while the circuit is open starts open, and its first call waits until it knows', async () => {
    await join();
    await openAll();
    house.clock.advance(20_000);
    const late = house.start();
    await expect(succeed(late)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    expect(late.snapshot().since).toBe(house.clock.now() - 20_000);
  });

  it('without Redis starts closed and learns when Redis is there', async () => {
    await join();
    await openAll();
    house.redis.down();
    const late = await join();
    await succeed(late);
    await house.redis.up('kept');
    await settle();
    expect(late.snapshot().state).toBe('open');
  });

  it('is told no old news', async () => {
    const a = await join();
    await openAll();
    await a.reset('they fixed it');
    const late = await join();
    expect(late.types()).toEqual(['initialized']);
  });
});

it('tells of a stuck circuit in every process, once, also in one that started later', async () => {
  await join();
  await openAll();
  house.clock.advance(540_000);
  await join();
  house.clock.advance(60_000);
  const stuck = house.members.map((circuit) => Reflect.get(circuit, 'events') as CircuitEvent[]);
  for (const events of stuck) {
    expect(events.filter(({ type }) => type === 'stuck_open')).toEqual([{ type: 'stuck_open', downMs: 600_000 }]);
  }
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createTask } from '../testing/task.ts';
import type { Circuit, CircuitOptions } from './circuit.ts';
import type { CircuitEvent } from './circuit-events.ts';
import { CircuitRejectedError } from './circuit-rejected.ts';
import { createCircuit } from './create-circuit.ts';

class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

let clock: FakeClock;
let redis: SimulatedRedis;
let open: Circuit[];

beforeEach(async () => {
  clock = new FakeClock();
  // Redis' own clock runs with ours.
  vi.spyOn(Date, 'now').mockImplementation(() => clock.now());
  redis = await SimulatedRedis.create();
  open = [];
});
afterEach(() => {
  for (const circuit of open) circuit.close();
  redis.close();
  vi.restoreAllMocks();
  if (clock.pendingTimers > 0) throw new Error('a closed circuit left a timer');
});

const settle = () => redis.settle();

async function join(options: Partial<CircuitOptions> = {}, transport: 'tcp' | 'rest' = 'tcp') {
  const circuit = createCircuit({
    name: 'service',
    failMax: 3,
    resetTimeoutMs: 60_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 2,
    classify: (error) => (error === 'ignored' ? 'ignored' : 'failure'),
    clock,
    random: () => 0,
    redis: redis.connect(transport),
    ...options,
  });
  const events: CircuitEvent[] = [];
  circuit.subscribe((event) => events.push(event));
  open.push(circuit);
  await settle();
  return Object.assign(circuit, { events, types: () => events.map(({ type }) => type) });
}

const succeed = (circuit: Circuit) => circuit.execute(async () => 'leaf');
const fail = (circuit: Circuit) =>
  expect(circuit.execute(() => Promise.reject(new Unavailable('no answer')))).rejects.toThrow('no answer');
async function openAll(): Promise<void> {
  const [first] = open;
  if (!first) throw new Error('nobody has joined');
  for (let n = 0; n < 3; n += 1) await fail(first);
  await settle();
  expect(new Set(states())).toEqual(new Set(['open']));
}
const states = () => open.map((circuit) => circuit.snapshot().state);

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
    redis.commands.length = 0;
    for (let n = 0; n < 1000; n += 1) await succeed(n % 2 ? a : b);
    clock.advance(3_600_000);
    await settle();
    expect(redis.commands).toEqual([]);
  });

  it('reject without a command while open', async () => {
    const [a, b] = [await join(), await join()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    redis.commands.length = 0;
    clock.advance(20_000);
    for (const circuit of [a, b]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    }
    expect(redis.commands).toEqual([]);
  });
});

describe('half open, over processes', () => {
  it('as many calls run as there are permits; all others are rejected at once', async () => {
    const circuits = [await join(), await join(), await join(), await join()];
    await openAll();
    clock.advance(60_000);
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
    clock.advance(65_200);
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
      clock.advance(b.snapshot().resetTimeoutMs);
      await fail(b);
      await settle();
      expect(a.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs, failCount: 3 });
      expect(a.snapshot().nextTrialAt).toBe(clock.now() + resetTimeoutMs);
      expect(a.events.at(-1)).toEqual({ type: 'reopened', resetTimeoutMs });
    }
    clock.advance(300_000);
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
    clock.advance(60_000);
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
    clock.advance(60_000);
    const hung = createTask<string>();
    const call = a.execute(hung.work);
    await settle();
    clock.advance(39_999);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'half_open', retryAfterMs: undefined });
    clock.advance(1);
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
    clock.advance(60_000);
    await succeed(a);
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
  });

  it('of an earlier recovery does not close the next', async () => {
    const [a, b] = [await join({ successThreshold: 1 }), await join({ successThreshold: 1 })];
    await openAll();
    clock.advance(60_000);
    const slow = createTask<string>();
    const call = a.execute(slow.work);
    await settle();
    await fail(b);
    clock.advance(120_000);
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
    clock.advance(20_000);
    const late = createCircuit({
      name: 'service',
      failMax: 3,
      resetTimeoutMs: 60_000,
      maxResetTimeoutMs: 300_000,
      successThreshold: 2,
      trialPermits: 2,
      classify: () => 'failure',
      clock,
      redis: redis.connect(),
    });
    open.push(late);
    await expect(succeed(late)).rejects.toMatchObject({ state: 'open', retryAfterMs: 40_000 });
    expect(late.snapshot().since).toBe(clock.now() - 20_000);
  });

  it('without Redis starts closed and learns when Redis is there', async () => {
    await join();
    await openAll();
    redis.down();
    const late = await join();
    await succeed(late);
    await redis.up('kept');
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

describe('while Redis is away', () => {
  it('each process decides alone, and opening is not forgotten when it is back', async () => {
    const [a, b] = [await join(), await join()];
    await fail(a);
    await settle();
    redis.down();
    await fail(a);
    await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    await succeed(b);
    await redis.up('lost');
    await settle();
    expect(states()).toEqual(['open', 'open']);
    clock.advance(60_000);
    await succeed(b);
    await settle();
    expect(a.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
    expect(a.types().filter((type) => type === 'opened')).toHaveLength(1);
  });

  it.each(['kept', 'lost'] as const)('an open circuit stays open, and is so after it with data %s', async (data) => {
    const [a, b] = [await join(), await join()];
    await openAll();
    clock.advance(60_000);
    await fail(a);
    await settle();
    redis.down();
    clock.advance(20_000);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'open', retryAfterMs: 100_000 });
    await redis.up(data);
    await settle();
    const late = await join();
    for (const circuit of [a, b, late]) {
      expect(circuit.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs: 120_000, failCount: 3 });
      expect(circuit.snapshot().nextTrialAt).toBe(clock.now() + 100_000);
    }
    expect(b.types()).toEqual(['initialized', 'opened', 'half_opened', 'reopened', 'rejected']);
  });

  it('a circuit that recovered alone is closed for all', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    redis.down();
    clock.advance(60_000);
    await succeed(a);
    await succeed(a);
    expect(states()).toEqual(['closed', 'open']);
    await redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect(b.types().at(-1)).toBe('closed');
  });

  it('a recovery goes on with the successes it had', async () => {
    const [a] = [await join()];
    await openAll();
    clock.advance(60_000);
    await succeed(a);
    redis.down();
    await succeed(a);
    expect(a.snapshot().state).toBe('closed');
  });

  it('calls that began before and end after still count', async () => {
    const [a, b] = [await join(), await join()];
    const task = createTask<string>();
    const calls = Array.from({ length: 3 }, () => a.execute(task.work));
    redis.down();
    await redis.up('kept');
    task.reject(new Unavailable('no answer'));
    await Promise.allSettled(calls);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('a failure that Redis has noted, though its answer was lost, is not counted twice', async () => {
    const [a, b] = [await join(), await join()];
    redis.loseAnswer();
    await fail(a);
    expect(a.snapshot().failCount).toBe(1);
    await redis.up('kept');
    await settle();
    expect([a.snapshot().failCount, b.snapshot().failCount]).toEqual([1, 1]);
  });

  it('failures of two processes are not added up twice', async () => {
    const [a, b] = [await join(), await join()];
    redis.down();
    await fail(a);
    await fail(a);
    await fail(b);
    await redis.up('lost');
    await settle();
    expect([a.snapshot().failCount, b.snapshot().failCount]).toEqual([2, 2]);
  });
});

describe('when Redis loses its data and nobody notices', () => {
  it('what a process knows is put back by its next word', async () => {
    const [a, b] = [await join(), await join()];
    await fail(a);
    await fail(a);
    await settle();
    await redis.flush();
    await fail(b);
    await settle();
    expect(states()).toEqual(['open', 'open']);
  });

  it('an open circuit is not forgotten for a process that starts and knows nothing', async () => {
    const a = await join();
    await openAll();
    await redis.flush();
    const late = await join();
    await fail(late).catch(() => {});
    await settle();
    expect(states()).toEqual(['open', 'open']);
    expect(a.snapshot().nextTrialAt).toBe(late.snapshot().nextTrialAt);
  });

  it('results of calls from before still move nothing', async () => {
    const [a, b] = [await join({ failMax: 1 }), await join({ failMax: 1 })];
    const early = createTask<string>();
    const call = b.execute(early.work);
    await fail(a);
    clock.advance(60_000);
    await redis.flush();
    await succeed(a);
    await succeed(a);
    await settle();
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

describe('clocks', () => {
  it.each([3_600_000, -3_600_000])('a step of our wall clock by %i ms changes nothing', async (step) => {
    const [a, b] = [await join(), await join()];
    const redisClock = { offset: 0 };
    vi.mocked(Date.now).mockImplementation(() => clock.now() - redisClock.offset);
    await openAll();
    clock.stepWallClock(step);
    redisClock.offset = step;
    clock.advance(59_999);
    await expect(succeed(b)).rejects.toMatchObject({ retryAfterMs: 1 });
    clock.advance(1);
    await succeed(b);
    await succeed(a);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('a step of Redis clock back by an hour is waited for no longer than the reset time', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    clock.stepWallClock(-3_600_000);
    clock.advance(60_000);
    await expect(succeed(a)).rejects.toMatchObject({ state: 'open' });
    clock.advance(60_000);
    await succeed(b);
    await succeed(b);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('a step of Redis clock back by an hour keeps no permit for longer than a trial may take', async () => {
    const options = { trialPermits: 1, trialDeadlineMs: 40_000 };
    const [a, b] = [await join(options), await join(options)];
    await openAll();
    clock.advance(60_000);
    const hung = createTask<string>();
    void a.execute(hung.work);
    await settle();
    clock.stepWallClock(-3_600_000);
    clock.advance(40_000);
    await succeed(b);
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });
});

describe('orders', () => {
  it('hold for every process, at once and for those that start later', async () => {
    const [a, b] = [await join(), await join()];
    const until = clock.now() + 900_000;
    await a.isolate('maintenance', until);
    await settle();
    const late = await join();
    redis.commands.length = 0;
    for (const circuit of [a, b, late]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'isolated', retryAfterMs: 900_000 });
      expect(circuit.snapshot().isolation).toEqual({ reason: 'maintenance', until });
    }
    expect(redis.commands).toEqual([]);
    await b.release('their page is green');
    await settle();
    expect(states()).toEqual(['closed', 'closed', 'closed']);
    expect(a.events.at(-1)).toEqual({ type: 'released', reason: 'their page is green' });
  });

  it('repeated by every process change nothing and are told once', async () => {
    const [a, b] = [await join(), await join()];
    for (const circuit of [a, b, a]) await circuit.isolate('123');
    await settle();
    expect(a.types()).toEqual(['initialized', 'isolated']);
    expect(b.types()).toEqual(['initialized', 'isolated']);
    expect(b.snapshot().isolation).toEqual({ reason: '123' });
  });

  it('to isolate until a time end by themselves everywhere, though nobody calls', async () => {
    const [a, b] = [await join(), await join()];
    await a.isolate('maintenance', clock.now() + 900_000);
    await settle();
    clock.advance(900_000);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect([a.events.at(-1), b.events.at(-1)]).toEqual([{ type: 'released' }, { type: 'released' }]);
  });

  it('to reset close for all and forget', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    await a.reset('they fixed it');
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'closed', failCount: 0 });
    expect(b.events.at(-1)).toEqual({ type: 'reset', reason: 'they fixed it' });
  });

  it('given without Redis hold here at once, and everywhere once it is back', async () => {
    const [a, b] = [await join(), await join()];
    redis.down();
    await a.isolate('maintenance');
    expect(states()).toEqual(['isolated', 'closed']);
    await redis.up('lost');
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
    expect(a.types()).toEqual(['initialized', 'isolated']);
    redis.down();
    await b.release();
    await redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

it('tells of a stuck circuit in every process, once, also in one that started later', async () => {
  await join();
  await openAll();
  clock.advance(540_000);
  await join();
  clock.advance(60_000);
  const stuck = open.map((circuit) => Reflect.get(circuit, 'events') as CircuitEvent[]);
  for (const events of stuck) {
    expect(events.filter(({ type }) => type === 'stuck_open')).toEqual([{ type: 'stuck_open', downMs: 600_000 }]);
  }
});

describe('a process that cannot hear', () => {
  it('over REST asks: often after a change, seldom while nothing happens', async () => {
    const [a, b] = [await join({}, 'rest'), await join({}, 'rest')];
    for (let n = 0; n < 60; n += 1) {
      clock.advance(10_000);
      await settle();
    }
    redis.commands.length = 0;
    for (let n = 0; n < 60; n += 1) {
      clock.advance(1000);
      await settle();
    }
    expect(redis.commands.length).toBeLessThanOrEqual(6);
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(b.snapshot().state).toBe('closed');
    clock.advance(30_000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('because its subscription broke asks until it hears again', async () => {
    const [a, b] = [await join(), await join()];
    redis.deafen();
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    expect(b.snapshot().state).toBe('closed');
    clock.advance(250);
    await settle();
    expect(b.snapshot().state).toBe('open');
    redis.hearAgain();
    await settle();
    redis.commands.length = 0;
    clock.advance(50_000);
    await settle();
    expect(redis.commands).toEqual([]);
  });
});

describe('foreign bytes', () => {
  it('of a broken state in Redis are replaced by what is known', async () => {
    const a = await join();
    await openAll();
    await redis.command('HSET', 'circuit:{service}:state', 'state', 'melted', 'revision', 'many');
    const late = await join();
    await settle();
    expect([a.snapshot().state, late.snapshot().state]).toEqual(['open', 'open']);
  });

  it('under its key leave each process to itself, until they are gone', async () => {
    await redis.command('SET', 'circuit:{service}:state', 'something else');
    const [a, b] = [await join(), await join()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    expect(b.events.at(-1)).toMatchObject({ type: 'redis_failed', error: { name: 'UpstashError' } });
    expect(b.types()).toEqual(['initialized', 'redis_failed']);
    await redis.command('DEL', 'circuit:{service}:state');
    clock.advance(2000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('on its channel are not heard', async () => {
    const a = await join();
    for (const words of ['nonsense', '{"state":"open"}', '[]']) {
      await redis.command('PUBLISH', 'circuit:{service}:changed', words);
    }
    await settle();
    expect(a.snapshot().state).toBe('closed');
  });
});

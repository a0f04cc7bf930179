import { describe, expect, it, vi } from 'vitest';
import { CircuitCluster } from '../testing/circuit-cluster.ts';
import { fail, succeed } from '../testing/local-circuit.ts';
import { createTask } from '../testing/task.ts';

const cluster = CircuitCluster.forEachTest();
const { addProcess, openAll, settle, states } = cluster;

describe('a shared circuit', () => {
  it.each([3_600_000, -3_600_000])('is not changed by a step of our wall clock by %i ms', async (step) => {
    const [a, b] = [await addProcess(), await addProcess()];
    const redisClock = { offset: 0 };
    vi.mocked(Date.now).mockImplementation(() => cluster.clock.now() - redisClock.offset);
    await openAll();
    cluster.clock.stepWallClock(step);
    redisClock.offset = step;
    cluster.clock.advance(59_999);
    await expect(succeed(b)).rejects.toMatchObject({ retryAfterMs: 1 });
    cluster.clock.advance(1);
    await succeed(b);
    await succeed(a);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('waits no longer than the reset time after the clock of Redis stepped back by an hour', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.clock.stepWallClock(-3_600_000);
    cluster.clock.advance(60_000);
    await expect(succeed(a)).rejects.toMatchObject({ state: 'open' });
    cluster.clock.advance(60_000);
    await succeed(b);
    await succeed(b);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('keeps no permit beyond the deadline of a trial after the clock of Redis stepped back by an hour', async () => {
    const options = { trialPermits: 1, trialDeadlineMs: 40_000 };
    const [a, b] = [await addProcess(options), await addProcess(options)];
    await openAll();
    cluster.clock.advance(60_000);
    const hung = createTask<string>();
    void a.execute(hung.work);
    await settle();
    cluster.clock.stepWallClock(-3_600_000);
    cluster.clock.advance(40_000);
    await succeed(b);
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });

  it.each([2000, -2000, 3_600_000])(
    'ends an isolation on time when the clock of Redis is %i ms apart from ours',
    async (apart) => {
      vi.mocked(Date.now).mockImplementation(() => cluster.clock.now() + apart);
      const [a, b] = [await addProcess(), await addProcess()];
      const until = cluster.clock.now() + 900_000;
      await a.isolate('maintenance', until);
      await settle();
      cluster.clock.advance(899_000);
      await b.isolate('maintenance', until);
      cluster.clock.advance(999);
      await settle();
      expect(states()).toEqual(['isolated', 'isolated']);
      cluster.clock.advance(1);
      await settle();
      expect(states()).toEqual(['closed', 'closed']);
      expect(a.types()).toEqual(['initialized', 'isolated', 'released']);
      expect(b.types()).toEqual(['initialized', 'isolated', 'released']);
    },
  );

  it('neither lengthens an isolation nor polls in a loop after the clock of Redis stepped back by an hour', async () => {
    const [a] = [await addProcess(), await addProcess()];
    await a.isolate('maintenance', cluster.clock.now() + 10_000);
    await settle();
    vi.mocked(Date.now).mockImplementation(() => cluster.clock.now() - 3_600_000);
    cluster.redis.commands.length = 0;
    cluster.clock.advance(10_000);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    cluster.clock.advance(5000);
    await settle();
    expect(cluster.redis.commands.length).toBeLessThanOrEqual(2);
  });
});

describe('an override', () => {
  it('holds for every process at once, and for processes that start later', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    const until = cluster.clock.now() + 900_000;
    await a.isolate('maintenance', until);
    await settle();
    const late = await addProcess();
    cluster.redis.commands.length = 0;
    for (const circuit of [a, b, late]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'isolated', retryAfterMs: 900_000 });
      expect(circuit.snapshot().isolation).toEqual({ reason: 'maintenance', until });
    }
    expect(cluster.redis.commands).toEqual([]);
    await b.release('their page is green');
    await settle();
    expect(states()).toEqual(['closed', 'closed', 'closed']);
    expect(a.events.at(-1)).toEqual({ type: 'released', reason: 'their page is green' });
  });

  it('that every process repeats changes nothing and emits one event', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    for (const circuit of [a, b, a]) await circuit.isolate('123');
    await settle();
    expect(a.types()).toEqual(['initialized', 'isolated']);
    expect(b.types()).toEqual(['initialized', 'isolated']);
    expect(b.snapshot().isolation).toEqual({ reason: '123' });
  });

  it('that isolates until a time ends everywhere at that time, without a call', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await a.isolate('maintenance', cluster.clock.now() + 900_000);
    await settle();
    cluster.clock.advance(900_000);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect({ a: a.events.at(-1), b: b.events.at(-1) }).toEqual({ a: { type: 'released' }, b: { type: 'released' } });
  });

  it.each([
    ['reset', 'shared'],
    ['resetShared', true],
  ] as const)('%s closes for all and forgets failures', async (override, reached) => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    expect(await a[override]('they fixed it')).toBe(reached);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'closed', failCount: 0 });
    expect(b.events.at(-1)).toEqual({ type: 'reset', reason: 'they fixed it' });
  });

  it('without Redis holds in this process at once, and everywhere when Redis is back', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.down();
    await a.isolate('maintenance');
    expect(states()).toEqual(['isolated', 'closed']);
    await cluster.redis.up('lost');
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
    expect(a.types()).toEqual(['initialized', 'isolated']);
    cluster.redis.down();
    await b.release();
    await cluster.redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

describe('a process without messages', () => {
  it('over REST polls often after a change and seldom while nothing changes', async () => {
    const [a, b] = [await addProcess({}, 'rest'), await addProcess({}, 'rest')];
    for (let n = 0; n < 60; n += 1) {
      cluster.clock.advance(10_000);
      await settle();
    }
    cluster.redis.commands.length = 0;
    for (let n = 0; n < 60; n += 1) {
      cluster.clock.advance(1000);
      await settle();
    }
    expect(cluster.redis.commands.length).toBeLessThanOrEqual(6);
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(b.snapshot().state).toBe('closed');
    cluster.clock.advance(30_000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('polls from the break of its subscription until messages arrive again', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.dropSubscriptions();
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    expect(b.snapshot().state).toBe('closed');
    cluster.clock.advance(250);
    await settle();
    expect(b.snapshot().state).toBe('open');
    cluster.redis.restoreSubscriptions();
    await settle();
    cluster.redis.commands.length = 0;
    cluster.clock.advance(50_000);
    await settle();
    expect(cluster.redis.commands).toEqual([]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { fail, succeed } from '../testing/local-circuit.ts';
import { SharedHouse } from '../testing/shared-house.ts';
import { createTask } from '../testing/task.ts';

const house = SharedHouse.forEachTest();
const { join, openAll, settle, states } = house;

describe('clocks', () => {
  it.each([3_600_000, -3_600_000])('a step of our wall clock by %i ms changes nothing', async (step) => {
    const [a, b] = [await join(), await join()];
    const redisClock = { offset: 0 };
    vi.mocked(Date.now).mockImplementation(() => house.clock.now() - redisClock.offset);
    await openAll();
    house.clock.stepWallClock(step);
    redisClock.offset = step;
    house.clock.advance(59_999);
    await expect(succeed(b)).rejects.toMatchObject({ retryAfterMs: 1 });
    house.clock.advance(1);
    await succeed(b);
    await succeed(a);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('a step of Redis clock back by an hour is waited for no longer than the reset time', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    house.clock.stepWallClock(-3_600_000);
    house.clock.advance(60_000);
    await expect(succeed(a)).rejects.toMatchObject({ state: 'open' });
    house.clock.advance(60_000);
    await succeed(b);
    await succeed(b);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it('a step of Redis clock back by an hour keeps no permit for longer than a trial may take', async () => {
    const options = { trialPermits: 1, trialDeadlineMs: 40_000 };
    const [a, b] = [await join(options), await join(options)];
    await openAll();
    house.clock.advance(60_000);
    const hung = createTask<string>();
    void a.execute(hung.work);
    await settle();
    house.clock.stepWallClock(-3_600_000);
    house.clock.advance(40_000);
    await succeed(b);
    expect(b.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
  });

  it.each([2000, -2000, 3_600_000])('%i ms between Redis clock and ours are no part of an isolation', async (apart) => {
    vi.mocked(Date.now).mockImplementation(() => house.clock.now() + apart);
    const [a, b] = [await join(), await join()];
    const until = house.clock.now() + 900_000;
    await a.isolate('maintenance', until);
    await settle();
    house.clock.advance(899_000);
    await b.isolate('maintenance', until);
    house.clock.advance(999);
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
    house.clock.advance(1);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect(a.types()).toEqual(['initialized', 'isolated', 'released']);
    expect(b.types()).toEqual(['initialized', 'isolated', 'released']);
  });

  it('a step of Redis clock back by an hour neither lengthens an isolation nor makes anybody ask again and again', async () => {
    const [a] = [await join(), await join()];
    await a.isolate('maintenance', house.clock.now() + 10_000);
    await settle();
    vi.mocked(Date.now).mockImplementation(() => house.clock.now() - 3_600_000);
    house.redis.commands.length = 0;
    house.clock.advance(10_000);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    house.clock.advance(5000);
    await settle();
    expect(house.redis.commands.length).toBeLessThanOrEqual(2);
  });
});

describe('orders', () => {
  it('hold for every process, at once and for those that start later', async () => {
    const [a, b] = [await join(), await join()];
    const until = house.clock.now() + 900_000;
    await a.isolate('maintenance', until);
    await settle();
    const late = await join();
    house.redis.commands.length = 0;
    for (const circuit of [a, b, late]) {
      await expect(succeed(circuit)).rejects.toMatchObject({ state: 'isolated', retryAfterMs: 900_000 });
      expect(circuit.snapshot().isolation).toEqual({ reason: 'maintenance', until });
    }
    expect(house.redis.commands).toEqual([]);
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
    await a.isolate('maintenance', house.clock.now() + 900_000);
    await settle();
    house.clock.advance(900_000);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect([a.events.at(-1), b.events.at(-1)]).toEqual([{ type: 'released' }, { type: 'released' }]);
  });

  it.each([
    ['reset', 'shared'],
    ['resetShared', true],
  ] as const)('to %s close for all and forget', async (give, reached) => {
    const [a, b] = [await join(), await join()];
    await openAll();
    expect(await a[give]('they fixed it')).toBe(reached);
    await settle();
    expect(b.snapshot()).toMatchObject({ state: 'closed', failCount: 0 });
    expect(b.events.at(-1)).toEqual({ type: 'reset', reason: 'they fixed it' });
  });

  it('given without Redis hold here at once, and everywhere once it is back', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.down();
    await a.isolate('maintenance');
    expect(states()).toEqual(['isolated', 'closed']);
    await house.redis.up('lost');
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
    expect(a.types()).toEqual(['initialized', 'isolated']);
    house.redis.down();
    await b.release();
    await house.redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

describe('a process that cannot hear', () => {
  it('over REST asks: often after a change, seldom while nothing happens', async () => {
    const [a, b] = [await join({}, 'rest'), await join({}, 'rest')];
    for (let n = 0; n < 60; n += 1) {
      house.clock.advance(10_000);
      await settle();
    }
    house.redis.commands.length = 0;
    for (let n = 0; n < 60; n += 1) {
      house.clock.advance(1000);
      await settle();
    }
    expect(house.redis.commands.length).toBeLessThanOrEqual(6);
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(b.snapshot().state).toBe('closed');
    house.clock.advance(30_000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('because its subscription broke asks until it hears again', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.deafen();
    for (let n = 0; n < 3; n += 1) await fail(a);
    await settle();
    expect(b.snapshot().state).toBe('closed');
    house.clock.advance(250);
    await settle();
    expect(b.snapshot().state).toBe('open');
    house.redis.hearAgain();
    await settle();
    house.redis.commands.length = 0;
    house.clock.advance(50_000);
    await settle();
    expect(house.redis.commands).toEqual([]);
  });
});

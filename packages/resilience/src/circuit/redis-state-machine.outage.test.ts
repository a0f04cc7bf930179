import { describe, expect, it } from 'vitest';
import { fail, succeed, Unavailable } from '../testing/local-circuit.ts';
import { SharedHouse } from '../testing/shared-house.ts';
import { createTask, type Task } from '../testing/task.ts';

const house = SharedHouse.forEachTest();
const { join, openAll, settle, states } = house;

describe('while Redis is away', () => {
  it('each process decides alone, and opening is not forgotten when it is back', async () => {
    const [a, b] = [await join(), await join()];
    await fail(a);
    await settle();
    house.redis.down();
    await fail(a);
    await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    await succeed(b);
    await house.redis.up('lost');
    await settle();
    expect(states()).toEqual(['open', 'open']);
    house.clock.advance(60_000);
    await succeed(b);
    await settle();
    expect(a.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
    expect(a.types().filter((type) => type === 'opened')).toHaveLength(1);
  });

  it.each(['kept', 'lost'] as const)('an open circuit stays open, and is so after it with data %s', async (data) => {
    const [a, b] = [await join(), await join()];
    await openAll();
    house.clock.advance(60_000);
    await fail(a);
    await settle();
    house.redis.down();
    house.clock.advance(20_000);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'open', retryAfterMs: 100_000 });
    await house.redis.up(data);
    await settle();
    const late = await join();
    for (const circuit of [a, b, late]) {
      expect(circuit.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs: 120_000, failCount: 3 });
      expect(circuit.snapshot().nextTrialAt).toBe(house.clock.now() + 100_000);
    }
    expect(b.types()).toEqual(['initialized', 'opened', 'half_opened', 'reopened', 'rejected']);
  });

  it('a circuit that recovered alone is closed for all', async () => {
    const [a, b] = [await join(), await join()];
    await openAll();
    house.redis.down();
    house.clock.advance(60_000);
    await succeed(a);
    await succeed(a);
    expect(states()).toEqual(['closed', 'open']);
    await house.redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect(b.types().at(-1)).toBe('closed');
  });

  it('a recovery goes on with the successes it had', async () => {
    const [a] = [await join()];
    await openAll();
    house.clock.advance(60_000);
    await succeed(a);
    house.redis.down();
    await succeed(a);
    expect(a.snapshot().state).toBe('closed');
  });

  it('a permit whose grant was lost on the way is free again as soon as Redis is back', async () => {
    const [a, b] = [await join({ trialPermits: 1 }), await join({ trialPermits: 1 })];
    await openAll();
    house.clock.advance(60_000);
    house.redis.loseAnswer();
    await succeed(a);
    await house.redis.up('kept');
    await settle();
    await succeed(b);
    await succeed(b);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it.each([
    ['closed', ({ resolve }: Task<string>) => resolve('leaf')],
    ['open', ({ reject }: Task<string>) => reject(new Unavailable('no answer'))],
  ] as const)('a trial that ends meanwhile is told of when it is back: %s', async (state, end) => {
    const options = { successThreshold: 1, trialPermits: 1 };
    const [a] = [await join(options), await join(options)];
    await openAll();
    house.clock.advance(60_000);
    const trial = createTask<string>();
    const call = a.execute(trial.work);
    await settle();
    house.redis.down();
    end(trial);
    await call.catch(() => {});
    await house.redis.up('kept');
    await settle();
    expect(states()).toEqual([state, state]);
    house.redis.commands.length = 0;
    house.redis.deafen();
    house.redis.hearAgain();
    await settle();
    expect(house.redis.commands).toEqual(['EVAL', 'EVAL']);
  });

  it('calls that began before and end after still count', async () => {
    const [a, b] = [await join(), await join()];
    const task = createTask<string>();
    const calls = Array.from({ length: 3 }, () => a.execute(task.work));
    house.redis.down();
    await house.redis.up('kept');
    task.reject(new Unavailable('no answer'));
    await Promise.allSettled(calls);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('a failure that Redis has noted, though its answer was lost, is not counted twice', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.loseAnswer();
    await fail(a);
    expect(a.snapshot().failCount).toBe(1);
    await house.redis.up('kept');
    await settle();
    expect([a.snapshot().failCount, b.snapshot().failCount]).toEqual([1, 1]);
  });

  it('failures of two processes are not added up twice', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.down();
    await fail(a);
    await fail(a);
    await fail(b);
    await house.redis.up('lost');
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
    await house.redis.flush();
    await fail(b);
    await settle();
    expect(states()).toEqual(['open', 'open']);
  });

  it('an open circuit is not forgotten for a process that starts and knows nothing', async () => {
    const a = await join();
    await openAll();
    await house.redis.flush();
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
    house.clock.advance(60_000);
    await house.redis.flush();
    await succeed(a);
    await succeed(a);
    await settle();
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

describe('foreign bytes', () => {
  it('of a broken state in Redis are replaced by what is known', async () => {
    const a = await join();
    await openAll();
    await house.redis.command('HSET', 'circuit:{service}:state', 'state', 'melted', 'revision', 'many');
    const late = await join();
    await settle();
    expect([a.snapshot().state, late.snapshot().state]).toEqual(['open', 'open']);
  });

  it('under its key leave each process to itself, until they are gone', async () => {
    await house.redis.command('SET', 'circuit:{service}:state', 'something else');
    const [a, b] = [await join(), await join()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    expect(b.events.at(-1)).toMatchObject({ type: 'redis_failed', error: { name: 'UpstashError' } });
    expect(b.types()).toEqual(['initialized', 'redis_failed']);
    expect(await a.resetShared('they fixed it')).toBe(false);
    expect(states()).toEqual(['open', 'closed']);
    expect(await a.reset('they fixed it')).toBe('local');
    expect(states()).toEqual(['closed', 'closed']);
    await house.redis.command('DEL', 'circuit:{service}:state');
    for (let n = 0; n < 3; n += 1) await fail(a);
    house.clock.advance(2000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('under its key do not hide a change published while a process is resynchronizing', async () => {
    const [a, b] = [await join(), await join()];
    await fail(a);
    await house.redis.command('RENAME', 'circuit:{service}:state', '{service}:aside');
    await house.redis.command('SET', 'circuit:{service}:state', 'something else');
    await succeed(b);
    expect(b.events.at(-2)).toMatchObject({ type: 'redis_failed' });
    await house.redis.command('RENAME', '{service}:aside', 'circuit:{service}:state');
    const answer = house.redis.holdAnswer();
    house.clock.advance(250);
    // The success of b resets the failure count.
    for (let n = 0; n < 3; n += 1) await fail(a);
    // The message arrives before the older reply.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(states()).toEqual(['open', 'closed']);
    answer();
    await settle();
    expect(states()).toEqual(['open', 'open']);
  });

  it('on its channel are not heard', async () => {
    const a = await join();
    for (const words of ['nonsense', '{"state":"open"}', '[]']) {
      await house.redis.command('PUBLISH', 'circuit:{service}:changed', words);
    }
    await settle();
    expect(a.snapshot().state).toBe('closed');
  });
});

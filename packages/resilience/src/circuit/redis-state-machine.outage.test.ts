import { describe, expect, it } from 'vitest';
import { CircuitCluster } from '../testing/circuit-cluster.ts';
import { fail, succeed, Unavailable } from '../testing/local-circuit.ts';
import { createTask, type Task } from '../testing/task.ts';
import type { OverrideScope } from './types.ts';

const cluster = CircuitCluster.forEachTest();
const { addProcess, openAll, settle, states } = cluster;

describe('during an outage of Redis', () => {
  it('each process decides alone; an opening survives the outage', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await fail(a);
    await settle();
    cluster.redis.down();
    await fail(a);
    await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    await succeed(b);
    await cluster.redis.up('lost');
    await settle();
    expect(states()).toEqual(['open', 'open']);
    cluster.clock.advance(60_000);
    await succeed(b);
    await settle();
    expect(a.snapshot().trials).toEqual({ succeeded: 1, required: 2 });
    expect(a.types().filter((type) => type === 'opened')).toHaveLength(1);
  });

  it.each(['kept', 'lost'] as const)('an open circuit stays open, also after the outage with data %s', async (data) => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.clock.advance(60_000);
    await fail(a);
    await settle();
    cluster.redis.down();
    cluster.clock.advance(20_000);
    await expect(succeed(b)).rejects.toMatchObject({ state: 'open', retryAfterMs: 100_000 });
    await cluster.redis.up(data);
    await settle();
    const late = await addProcess();
    for (const circuit of [a, b, late]) {
      expect(circuit.snapshot()).toMatchObject({ state: 'open', resetTimeoutMs: 120_000, failCount: 3 });
      expect(circuit.snapshot().nextTrialAt).toBe(cluster.clock.now() + 100_000);
    }
    expect(b.types()).toEqual(['initialized', 'opened', 'half_opened', 'reopened', 'rejected']);
  });

  it('a circuit that recovers in one process closes for all afterwards', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.redis.down();
    cluster.clock.advance(60_000);
    await succeed(a);
    await succeed(a);
    expect(states()).toEqual(['closed', 'open']);
    await cluster.redis.up('kept');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect(b.types().at(-1)).toBe('closed');
  });

  it('a recovery keeps its successes', async () => {
    const [a] = [await addProcess()];
    await openAll();
    cluster.clock.advance(60_000);
    await succeed(a);
    cluster.redis.down();
    await succeed(a);
    expect(a.snapshot().state).toBe('closed');
  });

  it('a permit whose grant was lost is free again as soon as Redis is back', async () => {
    const [a, b] = [await addProcess({ trialPermits: 1 }), await addProcess({ trialPermits: 1 })];
    await openAll();
    cluster.clock.advance(60_000);
    cluster.redis.loseReply();
    await succeed(a);
    await cluster.redis.up('kept');
    await settle();
    await succeed(b);
    await succeed(b);
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });

  it.each([
    ['closed', ({ resolve }: Task<string>) => resolve('leaf')],
    ['open', ({ reject }: Task<string>) => reject(new Unavailable('no answer'))],
  ] as const)('a trial that ends is reported to Redis afterwards: %s', async (state, end) => {
    const options = { successThreshold: 1, trialPermits: 1 };
    const [a] = [await addProcess(options), await addProcess(options)];
    await openAll();
    cluster.clock.advance(60_000);
    const trial = createTask<string>();
    const call = a.execute(trial.work);
    await settle();
    cluster.redis.down();
    end(trial);
    await call.catch(() => {});
    await cluster.redis.up('kept');
    await settle();
    expect(states()).toEqual([state, state]);
    cluster.redis.commands.length = 0;
    cluster.redis.dropSubscriptions();
    cluster.redis.restoreSubscriptions();
    await settle();
    expect(cluster.redis.commands).toEqual(['EVAL', 'EVAL']);
  });

  it('calls that began before it and end after it still count', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    const task = createTask<string>();
    const calls = Array.from({ length: 3 }, () => a.execute(task.work));
    cluster.redis.down();
    await cluster.redis.up('kept');
    task.reject(new Unavailable('no answer'));
    await Promise.allSettled(calls);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('an isolation that a listener orders when Redis is back, before the circuit has synced, holds for all', async () => {
    const redis = cluster.redis.connect();
    const orders: Promise<OverrideScope>[] = [];
    let isOver = false;
    redis.subscribe(({ type }) => {
      if (isOver && type === 'ready') orders.push(a.isolate('maintenance'));
    });
    // The circuit subscribes to the connection after the listener, so its sync begins after the order.
    const a = await addProcess({ redis });
    await addProcess();
    cluster.redis.down();
    isOver = true;
    await cluster.redis.up('kept');
    await settle();
    expect(await Promise.all(orders)).toEqual(['shared']);
    expect(states()).toEqual(['isolated', 'isolated']);
    expect(a.types()).toEqual(['initialized', 'isolated']);
  });

  it('a trial that begins alone while the circuit syncs does not open it again', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await openAll();
    cluster.redis.down();
    cluster.clock.advance(60_000);
    const sendReply = cluster.redis.holdReply();
    await cluster.redis.up('kept');
    const trial = createTask<string>();
    const call = a.execute(trial.work);
    sendReply();
    await settle();
    trial.resolve('leaf');
    await call;
    await settle();
    expect(states()).toEqual(['half_open', 'half_open']);
    for (const circuit of [a, b]) expect(circuit.types().filter((type) => type === 'opened')).toHaveLength(1);
  });

  it('a failure that Redis recorded in a lost reply is not counted twice', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.loseReply();
    await fail(a);
    expect(a.snapshot().failCount).toBe(1);
    await cluster.redis.up('kept');
    await settle();
    expect({ a: a.snapshot().failCount, b: b.snapshot().failCount }).toEqual({ a: 1, b: 1 });
  });

  it('the failures of two processes are not added up', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.down();
    await fail(a);
    await fail(a);
    await fail(b);
    await cluster.redis.up('lost');
    await settle();
    expect({ a: a.snapshot().failCount, b: b.snapshot().failCount }).toEqual({ a: 2, b: 2 });
  });
});

describe('after an unnoticed loss of data in Redis', () => {
  it('the next report of a process restores its state', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await fail(a);
    await fail(a);
    await settle();
    await cluster.redis.flush();
    await fail(b);
    await settle();
    expect(states()).toEqual(['open', 'open']);
  });

  it('an open circuit stays open, also for a process that starts without a state', async () => {
    const a = await addProcess();
    await openAll();
    await cluster.redis.flush();
    const late = await addProcess();
    await fail(late).catch(() => {});
    await settle();
    expect(states()).toEqual(['open', 'open']);
    expect(a.snapshot().nextTrialAt).toBe(late.snapshot().nextTrialAt);
  });

  it('results of calls from before it change nothing', async () => {
    const [a, b] = [await addProcess({ failMax: 1 }), await addProcess({ failMax: 1 })];
    const early = createTask<string>();
    const call = b.execute(early.work);
    await fail(a);
    cluster.clock.advance(60_000);
    await cluster.redis.flush();
    await succeed(a);
    await succeed(a);
    await settle();
    early.reject(new Unavailable('long ago'));
    await expect(call).rejects.toThrow('long ago');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
  });
});

describe('foreign data in Redis', () => {
  it('in a broken state is replaced by the state of a process', async () => {
    const a = await addProcess();
    await openAll();
    await cluster.redis.command('HSET', 'circuit:{service}:state', 'state', 'melted', 'revision', 'many');
    const late = await addProcess();
    await settle();
    expect({ a: a.snapshot().state, late: late.snapshot().state }).toEqual({ a: 'open', late: 'open' });
  });

  it('under the key makes each process decide alone until it is removed', async () => {
    await cluster.redis.command('SET', 'circuit:{service}:state', 'something else');
    const [a, b] = [await addProcess(), await addProcess()];
    for (let n = 0; n < 3; n += 1) await fail(a);
    expect(states()).toEqual(['open', 'closed']);
    expect(b.events.at(-1)).toMatchObject({ type: 'redis_failed', error: { name: 'UpstashError' } });
    expect(b.types()).toEqual(['initialized', 'redis_failed']);
    expect(await a.resetShared('they fixed it')).toBe(false);
    expect(states()).toEqual(['open', 'closed']);
    expect(await a.reset('they fixed it')).toBe('local');
    expect(states()).toEqual(['closed', 'closed']);
    await cluster.redis.command('DEL', 'circuit:{service}:state');
    for (let n = 0; n < 3; n += 1) await fail(a);
    cluster.clock.advance(2000);
    await settle();
    expect(b.snapshot().state).toBe('open');
  });

  it('under the key does not hide a change that is published while a process resynchronizes', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    await fail(a);
    await cluster.redis.command('RENAME', 'circuit:{service}:state', '{service}:aside');
    await cluster.redis.command('SET', 'circuit:{service}:state', 'something else');
    await succeed(b);
    expect(b.events.at(-2)).toMatchObject({ type: 'redis_failed' });
    await cluster.redis.command('RENAME', '{service}:aside', 'circuit:{service}:state');
    const sendReply = cluster.redis.holdReply();
    cluster.clock.advance(250);
    // The success of b resets the failure count.
    for (let n = 0; n < 3; n += 1) await fail(a);
    // The message arrives before the older reply.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    expect(states()).toEqual(['open', 'closed']);
    sendReply();
    await settle();
    expect(states()).toEqual(['open', 'open']);
  });

  it('on the channel is ignored', async () => {
    const a = await addProcess();
    for (const message of ['nonsense', '{"state":"open"}', '[]']) {
      await cluster.redis.command('PUBLISH', 'circuit:{service}:changed', message);
    }
    await settle();
    expect(a.snapshot().state).toBe('closed');
  });
});

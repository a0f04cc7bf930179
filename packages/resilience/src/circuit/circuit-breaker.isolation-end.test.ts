import { describe, expect, it } from 'vitest';
import { CircuitCluster } from '../testing/circuit-cluster.ts';
import { localCircuit } from '../testing/local-circuit.ts';

const cluster = CircuitCluster.forEachTest();
const { addProcess, settle, states } = cluster;
const STATE = 'circuit:{service}:state';

const INVALID = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -1, 0.5, 8.64e15 + 1];

describe.each(INVALID)('an isolation until %d', (until) => {
  it('is rejected by a circuit of one process and changes nothing', async () => {
    const { circuit } = localCircuit();
    await expect(circuit.isolate('maintenance', until)).rejects.toThrow(/^until must be a whole number/);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('is rejected by a shared circuit without a command to Redis', async () => {
    const [a, b] = [await addProcess(), await addProcess()];
    cluster.redis.commands.length = 0;
    await expect(a.isolate('maintenance', until)).rejects.toBeInstanceOf(RangeError);
    await settle();
    expect({ commands: cluster.redis.commands, states: states() }).toEqual({
      commands: [],
      states: ['closed', 'closed'],
    });
    await b.isolate('maintenance');
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
  });
});

describe.each(['inf', '-inf', 'nan', '-nan', 'Infinity', ''])('an isolation whose end in Redis is %j', (end) => {
  it('has no end for all processes, and is released as usual', async () => {
    const a = await addProcess();
    await a.isolate('maintenance', cluster.clock.now() + 60_000);
    await cluster.redis.command('HSET', STATE, 'till', end, 'rest', end);
    const b = await addProcess();
    const endless = { state: 'isolated', isolation: { reason: 'maintenance' } };
    expect(b.snapshot()).toMatchObject(endless);
    expect(await cluster.redis.command('HMGET', STATE, 'till', 'rest')).toEqual(['-1', '-1']);
    cluster.clock.advance(3_600_000);
    await settle();
    expect(b.snapshot()).toMatchObject(endless);
    expect(await b.release('done')).toBe('shared');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect([a, b].flatMap((member) => member.types()).filter((type) => type === 'redis_failed')).toEqual([]);
  });
});

it('a process replaces a count in Redis that is not a number by its own', async () => {
  const a = await addProcess();
  await a.isolate('maintenance');
  await cluster.redis.command('HSET', STATE, 'openings', 'nan', 'reset', 'inf');
  expect(await a.release('done')).toBe('shared');
  const b = await addProcess();
  expect(b.snapshot()).toMatchObject({ state: 'closed', resetTimeoutMs: 60_000 });
});

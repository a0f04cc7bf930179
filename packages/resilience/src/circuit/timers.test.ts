import { describe, expect, it } from 'vitest';
import { localCircuit } from '../testing/local-circuit.ts';
import { SharedHouse } from '../testing/shared-house.ts';

const house = SharedHouse.forEachTest();
const { join, settle, states } = house;
const STATE = 'circuit:{service}:state';

const IMPOSSIBLE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -1, 0.5, 8.64e15 + 1];

describe.each(IMPOSSIBLE)('an isolation until %d', (until) => {
  it('is refused by a process alone, and nothing changes', async () => {
    const { circuit } = localCircuit();
    await expect(circuit.isolate('maintenance', until)).rejects.toThrow(/^until must be a whole number/);
    expect(circuit.snapshot().state).toBe('closed');
  });

  it('is refused before Redis is asked', async () => {
    const [a, b] = [await join(), await join()];
    house.redis.commands.length = 0;
    await expect(a.isolate('maintenance', until)).rejects.toBeInstanceOf(RangeError);
    await settle();
    expect({ commands: house.redis.commands, states: states() }).toEqual({
      commands: [],
      states: ['closed', 'closed'],
    });
    await b.isolate('maintenance');
    await settle();
    expect(states()).toEqual(['isolated', 'isolated']);
  });
});

describe.each(['inf', '-inf', 'nan', '-nan', 'Infinity', ''])('an isolation with the end %j in Redis', (end) => {
  it('is one without an end for all, and is released as usual', async () => {
    const a = await join();
    await a.isolate('maintenance', house.clock.now() + 60_000);
    await house.redis.command('HSET', STATE, 'till', end, 'rest', end);
    const b = await join();
    const forEver = { state: 'isolated', isolation: { reason: 'maintenance' } };
    expect(b.snapshot()).toMatchObject(forEver);
    expect(await house.redis.command('HMGET', STATE, 'till', 'rest')).toEqual(['-1', '-1']);
    house.clock.advance(3_600_000);
    await settle();
    expect(b.snapshot()).toMatchObject(forEver);
    expect(await b.release('done')).toBe('shared');
    await settle();
    expect(states()).toEqual(['closed', 'closed']);
    expect([a, b].flatMap((member) => member.types()).filter((type) => type === 'redis_failed')).toEqual([]);
  });
});

it('a count in Redis that is no number is put back from what a process knows', async () => {
  const a = await join();
  await a.isolate('maintenance');
  await house.redis.command('HSET', STATE, 'openings', 'nan', 'reset', 'inf');
  expect(await a.release('done')).toBe('shared');
  const b = await join();
  expect(b.snapshot()).toMatchObject({ state: 'closed', resetTimeoutMs: 60_000 });
});

import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { KeyedMutex } from './keyed-mutex.ts';

const settle = () => new Promise(setImmediate);

it('come one after another, in order, and names do not wait for each other', async () => {
  const turns = new KeyedMutex(new FakeClock());
  const order: string[] = [];
  const take = async (name: string, caller: string) => {
    const end = await turns.acquire(name, 1000);
    order.push(caller);
    return end;
  };
  const [first, second, third, other] = [take('rose', 'a'), take('rose', 'b'), take('rose', 'c'), take('oak', 'd')];
  await settle();
  expect(order).toEqual(['a', 'd']);
  (await first)?.();
  await settle();
  expect(order).toEqual(['a', 'd', 'b']);
  (await second)?.();
  (await third)?.();
  (await other)?.();
  expect(order.at(-1)).toBe('c');
});

it('are passed on by those who give up', async () => {
  const clock = new FakeClock();
  const turns = new KeyedMutex(clock);
  const controller = new AbortController();
  const end = await turns.acquire('rose', 1000);
  const late = turns.acquire('rose', 100);
  const leaver = turns.acquire('rose', 1000, controller.signal);
  const patient = turns.acquire('rose', 1000);
  clock.advance(100);
  expect(await late).toBeUndefined();
  controller.abort(new Error('gone'));
  await expect(leaver).rejects.toThrow('gone');
  end?.();
  (await patient)?.();
  expect(await turns.acquire('rose', 0)).toBeTypeOf('function');
  expect(clock.pendingTimers).toBe(0);
});

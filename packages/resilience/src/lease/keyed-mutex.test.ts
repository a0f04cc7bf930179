import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { KeyedMutex } from './keyed-mutex.ts';

const settle = () => new Promise(setImmediate);

describe('a keyed mutex', () => {
  it('lets callers of one key in one after another, in order, and other keys at once', async () => {
    const mutex = new KeyedMutex(new FakeClock());
    const order: string[] = [];
    const enter = async (key: string, caller: string) => {
      const unlock = await mutex.acquire(key, 1000);
      order.push(caller);
      return unlock;
    };
    const [first, second, third, other] = [
      enter('rose', 'a'),
      enter('rose', 'b'),
      enter('rose', 'c'),
      enter('oak', 'd'),
    ];
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

  it('passes the turn of a caller that gave up on to the next one', async () => {
    const clock = new FakeClock();
    const mutex = new KeyedMutex(clock);
    const controller = new AbortController();
    const unlock = await mutex.acquire('rose', 1000);
    const late = mutex.acquire('rose', 100);
    const aborted = mutex.acquire('rose', 1000, controller.signal);
    const patient = mutex.acquire('rose', 1000);
    clock.advance(100);
    expect(await late).toBeUndefined();
    controller.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    unlock?.();
    (await patient)?.();
    expect(await mutex.acquire('rose', 0)).toBeTypeOf('function');
    expect(clock.pendingTimers).toBe(0);
  });
});

import { FakeClock } from '@plantcommunity/resilience/testing';
import { expect, it } from 'vitest';
import { createConcurrencyLimit } from './concurrency-limit.ts';

const settled = () => new Promise(setImmediate);

function callsUnderTest() {
  const calls = createConcurrencyLimit(new FakeClock());
  const began: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const run = (subject: string, name: string) => {
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return calls.run(subject, () => {
      began.push(name);
      return end.promise;
    });
  };
  return { began, ends, run };
}

it('four calls of one account run at once, and the others in order, also after a failed one', async () => {
  const { began, ends, run } = callsUnderTest();
  const calls = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => run('user:anna', name));
  await settled();
  expect(began).toEqual(['a', 'b', 'c', 'd']);
  ends.get('b')?.reject(new Error('b'));
  await expect(calls[1]).rejects.toThrow('b');
  ends.get('a')?.resolve('a');
  await settled();
  expect(began).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('accounts do not wait for each other, and the 101st waiting call is refused', async () => {
  const { began, run } = callsUnderTest();
  for (let n = 0; n < 104; n += 1) void run('user:anna', `anna ${n}`);
  await expect(run('user:anna', 'one more')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1 });
  void run('user:bob', 'bob');
  await settled();
  expect(began).toHaveLength(5);
  expect(began.at(-1)).toBe('bob');
});

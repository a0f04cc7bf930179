import { expect, it } from 'vitest';
import { BulkheadFullError, createBulkhead } from './bulkhead.ts';
import { createTask } from './testing/task.ts';

it('refuses at once what is above the cap, without calling it', async () => {
  const bulkhead = createBulkhead({ max: 2 });
  const running = createTask<string>();
  const calls = [bulkhead.run(running.work), bulkhead.run(running.work)];
  expect(bulkhead).toMatchObject({ inFlight: 2, max: 2 });
  expect(bulkhead.hasRoom()).toBe(false);
  const refused = createTask<string>();
  await expect(bulkhead.run(refused.work)).rejects.toBeInstanceOf(BulkheadFullError);
  expect(refused.calls()).toBe(0);
  running.resolve('leaf');
  await expect(Promise.all(calls)).resolves.toEqual(['leaf', 'leaf']);
});

it('leaves half of the places to callers with other holders', async () => {
  const bulkhead = createBulkhead({ max: 4 });
  const running = createTask<string>();
  const calls = [bulkhead.run(running.work, ['anna', 'here']), bulkhead.run(running.work, ['bob', 'here'])];
  expect(bulkhead.hasRoom(['cora', 'here'])).toBe(false);
  await expect(bulkhead.run(running.work, ['cora', 'here'])).rejects.toThrow('2 calls are in flight already');
  expect(bulkhead.hasRoom(['cora', 'there'])).toBe(true);
  // One who is named twice holds one place with a call.
  calls.push(bulkhead.run(running.work, ['there', 'there']), bulkhead.run(running.work, ['there', 'there']));
  expect(bulkhead).toMatchObject({ inFlight: 4 });
  running.resolve('leaf');
  await Promise.all(calls);
  expect(bulkhead.hasRoom(['cora', 'here'])).toBe(true);
});

it('has room again after a failure, a synchronous one too', async () => {
  const bulkhead = createBulkhead({ max: 1 });
  await expect(bulkhead.run(() => Promise.reject(new Error('late')))).rejects.toThrow('late');
  const throwing = () => {
    throw new Error('at once');
  };
  await expect(bulkhead.run(throwing)).rejects.toThrow('at once');
  expect(bulkhead.inFlight).toBe(0);
  expect(bulkhead.hasRoom()).toBe(true);
});

it.each([0, -1, 1.5, Number.NaN])('refuses a cap of %d', (max) => {
  expect(() => createBulkhead({ max })).toThrow(RangeError);
});

import { describe, expect, it } from 'vitest';
import { BulkheadFullError, createBulkhead } from './bulkhead.ts';
import { createTask } from './testing/task.ts';

describe('a bulkhead', () => {
  it('refuses a call above its cap at once, without making it', async () => {
    const bulkhead = createBulkhead({ max: 2 });
    const running = createTask<string>();
    const calls = [bulkhead.execute(running.work), bulkhead.execute(running.work)];
    expect(bulkhead).toMatchObject({ inFlight: 2, max: 2 });
    expect(bulkhead.hasRoom()).toBe(false);
    const refused = createTask<string>();
    await expect(bulkhead.execute(refused.work)).rejects.toBeInstanceOf(BulkheadFullError);
    expect(refused.calls()).toBe(0);
    running.resolve('leaf');
    await expect(Promise.all(calls)).resolves.toEqual(['leaf', 'leaf']);
  });

  it('leaves half of its places to calls of other holders', async () => {
    const bulkhead = createBulkhead({ max: 4 });
    const running = createTask<string>();
    const call = (...holders: string[]) => bulkhead.execute(running.work, { holders });
    const calls = [call('anna', 'home'), call('bob', 'home')];
    expect(bulkhead.hasRoom(['cora', 'home'])).toBe(false);
    await expect(call('cora', 'home')).rejects.toThrow('2 calls are in flight already');
    expect(bulkhead.hasRoom(['cora', 'office'])).toBe(true);
    // A holder that is named twice takes one place a call.
    calls.push(call('office', 'office'), call('office', 'office'));
    expect(bulkhead).toMatchObject({ inFlight: 4 });
    running.resolve('leaf');
    await Promise.all(calls);
    expect(bulkhead.hasRoom(['cora', 'home'])).toBe(true);
  });

  it('has room again after a failed call, also after one that throws synchronously', async () => {
    const bulkhead = createBulkhead({ max: 1 });
    await expect(bulkhead.execute(() => Promise.reject(new Error('late')))).rejects.toThrow('late');
    const throwing = () => {
      throw new Error('at once');
    };
    await expect(bulkhead.execute(throwing)).rejects.toThrow('at once');
    expect(bulkhead.inFlight).toBe(0);
    expect(bulkhead.hasRoom()).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN])('cannot be made with a cap of %d', (max) => {
    expect(() => createBulkhead({ max })).toThrow(RangeError);
  });
});

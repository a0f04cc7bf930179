import { FakeClock } from '@plantcommunity/resilience/testing';
import { describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { createDecodeQueue, type DecodeQueueOptions } from './decode-queue.ts';

const settled = () => new Promise(setImmediate);
const BUSY = { code: 'busy', retryAfterMs: 5_000 };

/** A decode queue whose decodes end when the test ends them. */
function queueUnderTest(options: Partial<DecodeQueueOptions> = {}) {
  const queue = createDecodeQueue<string>({ concurrency: 2, capacity: 32, backgroundCapacity: 16, ...options });
  const began: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const refused: { key: string; overShare: boolean }[] = [];

  /** Adds the decode of `key` for an owner. */
  const run = (subject: string, key: string, background = false, address?: string): Promise<string> => {
    const end = ends.get(key) ?? Promise.withResolvers<string>();
    ends.set(key, end);
    return queue.run({ subject, address, background }, key, () => {
      began.push(key);
      return end.promise;
    });
  };
  /** Like `add`, for decodes whose refusal the test reads in `refused`. */
  const add = (subject: string, key: string, background = false): void => {
    run(subject, key, background).catch((error: unknown) => {
      if (error instanceof IdentificationError) refused.push({ key, overShare: error.overShare });
    });
  };
  return {
    run,
    add,
    size: () => queue.size(),
    began,
    refused,
    /** Like `add`, for an owner at a shared address. */
    addAt: (address: string, subject: string, key: string): void => {
      run(subject, key, false, address).catch(() => undefined);
    },
    /** Adds decodes called `owner 1`, `owner 2`, … */
    addMany: (subject: string, count: number): void => {
      for (let number = 1; number <= count; number += 1) add(subject, `${subject} ${number}`);
    },
    end: async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) {
        ends.get(key)?.resolve(key);
        // oxlint-disable-next-line no-await-in-loop -- one decode ends after the other
        await settled();
      }
    },
    fail: (key: string): void => ends.get(key)?.reject(new Error(key)),
  };
}

it('the size of the queue counts a decode once, however many owners wait for it', async () => {
  const { add, end, size } = queueUnderTest();
  for (const key of ['a', 'b', 'c', 'd']) add('anna', key);
  add('bob', 'd');
  add('bob', 'd', true);
  expect(size()).toEqual({ running: 2, waiting: 2 });
  await end('a');
  expect(size()).toEqual({ running: 2, waiting: 1 });
  await end('b', 'c', 'd');
  expect(size()).toEqual({ running: 0, waiting: 0 });
});

describe('a single owner', () => {
  it('runs as many decodes as there are slots, the rest in order, also after a failed one', async () => {
    const { began, end, fail, run } = queueUnderTest();
    const [first, second, third, fourth] = ['a', 'b', 'c', 'd'].map((key) => run('anna', key));
    await settled();
    expect(began).toEqual(['a', 'b']);
    await end('b');
    expect(await second).toBe('b');
    expect(began).toEqual(['a', 'b', 'c']);
    fail('c');
    await expect(third).rejects.toThrow('c');
    await settled();
    expect(began).toEqual(['a', 'b', 'c', 'd']);
    await end('a', 'd');
    expect(await Promise.all([first, fourth])).toEqual(['a', 'd']);
  });

  it('may have 32 decodes waiting; one more is refused with overShare', async () => {
    const { addMany, began, refused, run } = queueUnderTest();
    addMany('anna', 34);
    await settled();
    expect(began).toHaveLength(2);
    expect(refused).toEqual([]);
    await expect(run('anna', 'one more')).rejects.toMatchObject({ ...BUSY, overShare: true });
  });

  it('may add decodes again once a place is free', async () => {
    const { addMany, end, run } = queueUnderTest({ concurrency: 1, capacity: 1 });
    addMany('anna', 2);
    await expect(run('anna', 'early')).rejects.toMatchObject(BUSY);
    await end('anna 1');
    const late = run('anna', 'late');
    await end('anna 2', 'late');
    expect(await late).toBe('late');
  });
});

describe('two owners', () => {
  it('take turns, however many decodes the first one has waiting', async () => {
    const { addMany, began, end } = queueUnderTest({ concurrency: 1 });
    addMany('anna', 20);
    addMany('bob', 3);
    await settled();
    await end('anna 1', 'anna 2', 'bob 1', 'anna 3', 'bob 2', 'anna 4');
    expect(began).toEqual(['anna 1', 'anna 2', 'bob 1', 'anna 3', 'bob 2', 'anna 4', 'bob 3']);
  });

  it('have half of the running decodes each while both wait', async () => {
    const { addMany, began, end } = queueUnderTest({ concurrency: 4 });
    addMany('anna', 10);
    addMany('bob', 10);
    await settled();
    expect(began).toEqual(['anna 1', 'anna 2', 'anna 3', 'anna 4']);
    await end('anna 1', 'anna 2', 'anna 3', 'bob 1', 'bob 2');
    // Left running: anna 4 and bob 3, and one more of each.
    expect(began.slice(4)).toEqual(['bob 1', 'bob 2', 'anna 5', 'bob 3', 'bob 4']);
  });

  it('get eight waiting places each, and the rest is refused with overShare', async () => {
    const { addMany, refused } = queueUnderTest({ concurrency: 1 });
    addMany('anna', 1);
    addMany('bob', 1);
    addMany('cora', 9);
    await settled();
    expect(refused).toEqual([{ key: 'cora 9', overShare: true }]);
  });

  it('share a queue that the first one filled: its newest decodes are displaced', async () => {
    const { add, addMany, refused } = queueUnderTest();
    addMany('anna', 34);
    add('bob', 'small');
    await settled();
    expect(refused).toEqual([{ key: 'anna 34', overShare: true }]);
  });
});

describe('owners of one address', () => {
  it('share the turns of one owner while another address waits', async () => {
    const { addAt, began, end } = queueUnderTest({ concurrency: 1 });
    for (const subject of ['a', 'b', 'c', 'd', 'anna']) {
      const address = subject === 'anna' ? 'another' : 'one';
      for (const n of [1, 2]) addAt(address, subject, `${subject} ${n}`);
    }
    await settled();
    await end('a 1', 'a 2', 'anna 1', 'b 1');
    expect(began).toEqual(['a 1', 'a 2', 'anna 1', 'b 1', 'anna 2']);
  });

  it('have half of the running decodes while another address waits', async () => {
    const { addAt, began, end } = queueUnderTest({ concurrency: 2 });
    for (const subject of ['a', 'b', 'c', 'd']) addAt('one', subject, subject);
    for (const n of [1, 2, 3]) addAt('another', 'anna', `anna ${n}`);
    await settled();
    await end('a', 'b');
    expect(began).toEqual(['a', 'b', 'anna 1', 'c']);
  });
});

describe('a decode for two owners', () => {
  it('runs once, and as early as the first of them has a turn', async () => {
    const { addMany, began, end, run } = queueUnderTest({ concurrency: 1 });
    addMany('anna', 8);
    const both = Promise.all([run('anna', 'leaf'), run('bob', 'leaf')]);
    await end('anna 1', 'anna 2');
    expect(began).toEqual(['anna 1', 'anna 2', 'leaf']);
    await end('leaf');
    expect(await both).toEqual(['leaf', 'leaf']);
    expect(began.filter((key) => key === 'leaf')).toHaveLength(1);
  });

  it('is not refused when the place of the first owner is displaced', async () => {
    const { addMany, began, end, run } = queueUnderTest({ concurrency: 1, capacity: 4 });
    addMany('anna', 4);
    const both = Promise.all([run('anna', 'leaf'), run('bob', 'leaf')]);
    await end('anna 1', 'anna 2');
    expect(began).toEqual(['anna 1', 'anna 2', 'leaf']);
    await end('leaf');
    expect(await both).toEqual(['leaf', 'leaf']);
  });

  it('takes no place of an owner who joins while other owners fill the queue', async () => {
    const { add, end, run } = queueUnderTest({ concurrency: 1, capacity: 1 });
    add('anna', 'first');
    const both = Promise.all([run('anna', 'leaf'), run('bob', 'leaf')]);
    await end('first', 'leaf');
    expect(await both).toEqual(['leaf', 'leaf']);
  });
});

describe('background decodes', () => {
  it('run when no caller waits, in at most half of the slots', async () => {
    const { add, addMany, began, end } = queueUnderTest({ concurrency: 2 });
    for (const key of ['store 1', 'store 2', 'store 3']) add('anna', key, true);
    await settled();
    expect(began).toEqual(['store 1']);
    addMany('bob', 3);
    await settled();
    expect(began).toEqual(['store 1', 'bob 1']);
    await end('store 1', 'bob 1');
    expect(began).toEqual(['store 1', 'bob 1', 'bob 2', 'bob 3']);
    await end('bob 2');
    expect(began.at(-1)).toBe('store 2');
  });

  it('take no waiting place of callers, and have shares of their own', async () => {
    const { add, addMany, refused, run } = queueUnderTest({ concurrency: 1 });
    addMany('anna', 33);
    for (let photo = 1; photo <= 4; photo += 1) add('anna', `hers ${photo}`, true);
    add('bob', 'his', true);
    await settled();
    expect(refused).toEqual([]);
    await expect(run('anna', 'hers 5', true)).rejects.toMatchObject({ ...BUSY, overShare: true });
  });

  it('get the priority of a caller that needs the same photo', async () => {
    const { add, addMany, began, end, run } = queueUnderTest({ concurrency: 1 });
    addMany('anna', 3);
    add('anna', 'leaf', true);
    const wanted = run('bob', 'leaf');
    await end('anna 1', 'anna 2', 'leaf');
    expect(await wanted).toBe('leaf');
    expect(began).toEqual(['anna 1', 'anna 2', 'leaf', 'anna 3']);
  });
});

describe('the memory of running decodes', () => {
  /** Queues decodes by their bytes, of which 512 fit, and returns the running ones in the order of their start. */
  async function running(concurrency: number, sizes: readonly number[]) {
    const queue = createDecodeQueue<void>({ concurrency, capacity: 32, backgroundCapacity: 16, maxBytes: 512 });
    const ends: (() => void)[] = [];
    const began: number[] = [];
    for (const [index, bytes] of sizes.entries()) {
      const work = () => {
        began.push(index);
        return new Promise<void>((resolve) => ends.push(resolve));
      };
      void queue.run({ subject: 'user:anna', background: false }, `photo ${index}`, work, { bytes });
    }
    await settled();
    return {
      began,
      end: async () => {
        ends.shift()?.();
        await settled();
      },
    };
  }

  it.each([1, 2])('is shared with %i at once: the number bounds small ones', async (concurrency) => {
    const { began } = await running(concurrency, [30, 30, 30]);
    expect(began).toEqual([0, 1].slice(0, concurrency));
  });

  it('bounds large ones: the next one waits for its memory, and no later one passes it', async () => {
    const { began, end } = await running(4, [230, 230, 230, 30]);
    expect(began).toEqual([0, 1]);
    await end();
    expect(began).toEqual([0, 1, 2, 3]);
  });

  it('lets one that needs more than all run alone', async () => {
    const { began, end } = await running(2, [600, 30]);
    expect(began).toEqual([0]);
    await end();
    expect(began).toEqual([0, 1]);
  });
});

describe('a caller that leaves', () => {
  /** A queue with one slot, and a caller of each key who may leave; a running decode ends when all have left. */
  function setUp() {
    const queue = createDecodeQueue<string>({ concurrency: 1, capacity: 32, backgroundCapacity: 16 });
    const began: string[] = [];
    const wait = (subject: string, key: string) => {
      const caller = new AbortController();
      const end = Promise.withResolvers<string>();
      const work = (signal: AbortSignal) => {
        began.push(`${key} for ${subject}`);
        signal.addEventListener('abort', () => end.reject(new Error('ended')));
        return end.promise;
      };
      const result = queue.run({ subject, background: false }, key, work, { signal: caller.signal });
      return {
        outcome: result.catch((error: unknown) => (error instanceof Error ? error.name : error)),
        end: () => end.resolve(key),
        leave: () => caller.abort(),
      };
    };
    return { began, queue, wait };
  }

  it('ends its waiting decode', async () => {
    const { began, queue, wait } = setUp();
    const first = wait('anna', 'a');
    const second = wait('bob', 'b');
    second.leave();
    expect(await second.outcome).toBe('AbandonedCallError');
    expect(queue.size()).toEqual({ running: 1, waiting: 0 });
    first.end();
    expect(await first.outcome).toBe('a');
    expect(began).toEqual(['a for anna']);
  });

  it('ends its running decode, so that the next one starts', async () => {
    const { began, wait } = setUp();
    const first = wait('anna', 'a');
    const second = wait('bob', 'b');
    first.leave();
    expect(await first.outcome).toBe('AbandonedCallError');
    second.end();
    expect(await second.outcome).toBe('b');
    expect(began).toEqual(['a for anna', 'b for bob']);
  });

  it('ends no decode that another one waits for', async () => {
    const { began, wait } = setUp();
    const first = wait('anna', 'a');
    const second = wait('bob', 'a');
    second.leave();
    first.end();
    expect(await Promise.all([first.outcome, second.outcome])).toEqual(['a', 'AbandonedCallError']);
    expect(began).toEqual(['a for anna']);
  });

  it('leaves a new decode to one that comes while the old one ends', async () => {
    const { began, queue, wait } = setUp();
    const first = wait('anna', 'a');
    first.leave();
    const second = wait('bob', 'a');
    second.end();
    expect(await second.outcome).toBe('a');
    expect(began).toEqual(['a for anna', 'a for bob']);
    await settled();
    expect(queue.size()).toEqual({ running: 0, waiting: 0 });
  });

  it('starts no decode when it has left before', async () => {
    const { queue } = setUp();
    const signal = AbortSignal.abort();
    const work = () => Promise.resolve('decoded');
    await expect(queue.run({ subject: 'anna', background: false }, 'a', work, { signal })).rejects.toThrow(
      'No request waits',
    );
    expect(queue.size()).toEqual({ running: 0, waiting: 0 });
  });
});

describe('a decode that waits for its start', () => {
  /** A queue with one slot, in which callers wait for 20 seconds at most. */
  function setUp() {
    const clock = new FakeClock();
    return { clock, ...queueUnderTest({ concurrency: 1, maxWait: { ms: 20_000, clock } }) };
  }

  it('is refused after the maximum wait, and no timer is left', async () => {
    const { add, began, clock, end, run, size } = setUp();
    add('anna', 'long');
    const late = run('bob', 'late');
    clock.advance(19_999);
    await settled();
    expect(size()).toEqual({ running: 1, waiting: 1 });
    clock.advance(1);
    await expect(late).rejects.toMatchObject({ ...BUSY, overShare: false });
    expect(size()).toEqual({ running: 1, waiting: 0 });
    await end('long');
    expect({ began, timers: clock.pendingTimers }).toEqual({ began: ['long'], timers: 0 });
  });

  it('is refused with overShare when its owner has more waiting than its share', async () => {
    const { addMany, clock, refused } = setUp();
    addMany('anna', 10);
    clock.advance(20_000);
    await settled();
    // Nine wait behind the first; the share is eight.
    expect(refused).toHaveLength(9);
    expect(refused.slice(0, 2)).toEqual([
      { key: 'anna 2', overShare: true },
      { key: 'anna 3', overShare: false },
    ]);
  });

  it('goes on waiting for callers that came later', async () => {
    const { clock, end, run } = setUp();
    const first = run('anna', 'long');
    const early = run('bob', 'leaf');
    clock.advance(15_000);
    const later = run('cora', 'leaf');
    clock.advance(5_000);
    await expect(early).rejects.toMatchObject(BUSY);
    await end('long', 'leaf');
    expect(await Promise.all([first, later])).toEqual(['long', 'leaf']);
  });

  it('may run for longer than the maximum wait, and wait for longer in the background', async () => {
    const { add, clock, end, refused, run } = setUp();
    const first = run('anna', 'long');
    add('anna', 'store', true);
    clock.advance(60_000);
    await end('long', 'store');
    expect({ first: await first, refused }).toEqual({ first: 'long', refused: [] });
  });
});

import { describe, expect, it } from 'vitest';
import { createDecodeQueue } from './decode-queue.ts';

/** Work that ends when told, and says that it began. */
function work(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begin = async () => {
    log.push(name);
    return promise;
  };
  return { begin, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

describe('createDecodeQueue', () => {
  it('lets so many through, the rest in order, each when another has left', async () => {
    const log: string[] = [];
    const queue = createDecodeQueue({ concurrency: 2, queue: 2 });
    const [a, b, c, d] = [work(log, 'a'), work(log, 'b'), work(log, 'c'), work(log, 'd')];
    const [first, second, third, fourth] = [a, b, c, d].map(({ begin }) => queue.run(begin));
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    b.end();
    await second;
    await Promise.resolve();
    expect(log).toEqual(['a', 'b', 'c']);
    c.fail();
    await expect(third).rejects.toThrow('c');
    await Promise.resolve();
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    a.end();
    d.end();
    expect(await Promise.all([first, fourth])).toEqual(['a', 'd']);
  });

  it('refuses who comes when the queue is full, and takes who comes later', async () => {
    const log: string[] = [];
    const queue = createDecodeQueue({ concurrency: 1, queue: 1 });
    const [a, b] = [work(log, 'a'), work(log, 'b')];
    const running = [queue.run(a.begin), queue.run(b.begin)];
    await expect(queue.run(work(log, 'c').begin)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5000 });
    a.end();
    b.end();
    await Promise.all(running);
    const d = work(log, 'd');
    d.end();
    expect(await queue.run(d.begin)).toBe('d');
    expect(log).toEqual(['a', 'b', 'd']);
  });
});

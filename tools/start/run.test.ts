import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { threadPoolSize } from './run.ts';

it.each([
  { decodes: '1', threads: 7 },
  { decodes: '2', threads: 8 },
  { decodes: ' 12 ', threads: 18 },
  { decodes: undefined, threads: availableParallelism() + 6 },
  { decodes: '', threads: availableParallelism() + 6 },
])('the libuv pool has $threads threads with DECODE_CONCURRENCY "$decodes": one a decode and six', (given) => {
  expect(threadPoolSize({ DECODE_CONCURRENCY: given.decodes })).toBe(given.threads);
});

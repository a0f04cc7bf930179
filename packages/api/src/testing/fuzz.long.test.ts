import { expect, it } from 'vitest';
import { fuzzWithFakes } from './fuzz-with-fakes.ts';

it('3,000 drawn requests, valid and broken, get documented answers without a 5xx', async () => {
  const { counts, unreached } = await fuzzWithFakes({ runs: 3_000 });
  expect(
    Object.keys(counts)
      .map(Number)
      .filter((status) => status >= 500),
  ).toEqual([]);
  expect(unreached).toEqual([]);
}, 300_000);

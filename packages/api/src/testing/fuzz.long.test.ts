import { expect, it } from 'vitest';
import { fuzzFakes } from './fuzz-fakes.ts';

it('3,000 drawn requests, valid and broken, get documented answers without a 5xx', async () => {
  const { counts, unreached } = await fuzzFakes({ runs: 3_000 });
  expect(
    Object.keys(counts)
      .map(Number)
      .filter((status) => status >= 500),
  ).toEqual([]);
  expect(unreached).toEqual([]);
}, 300_000);

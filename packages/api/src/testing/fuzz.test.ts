import { expect, it } from 'vitest';
import { fuzzWithFakes } from './fuzz-with-fakes.ts';

it('300 drawn requests, valid and broken, get documented answers without a 5xx', async () => {
  const { counts, unreached } = await fuzzWithFakes({ runs: 300, seed: 20_261_127 });
  // The draw reaches the procedures as well as what refuses broken requests before them.
  for (const status of [200, 201, 204, 400, 401, 403, 404]) expect(counts).toHaveProperty(String(status));
  expect(unreached).toEqual([]);
}, 60_000);

import { expect, it } from 'vitest';
import { fuzzInstance } from './testing/fuzz-instance.ts';

it('3,000 drawn requests, valid and broken, get documented answers of a wired instance without a 5xx', async () => {
  const { unreached } = await fuzzInstance(process.env['TEST_REDIS_URL'] ?? '', { runs: 3_000 });
  expect(unreached).toEqual([]);
}, 600_000);

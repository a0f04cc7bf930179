import { expect, it } from 'vitest';
import { fuzzInstance } from './testing/fuzz-instance.ts';

it('300 drawn requests, valid and broken, get documented answers of a wired instance without a 5xx', async () => {
  const { counts } = await fuzzInstance(process.env['TEST_REDIS_URL'] ?? '', {
    runs: 300,
    seed: 20_261_127,
  });
  // Each operation is asked a dozen times, and succeeds in the 3,000 requests of the long test.
  for (const status of [200, 201, 204, 400, 401, 403, 404]) expect(counts).toHaveProperty(String(status));
}, 300_000);

import { expect, it } from 'vitest';
import { compareReaders } from '../testing/compare-readers.ts';

it('readUpload takes the same fields and bytes from 300 drawn uploads as @fastify/busboy, or refuses for a listed reason', {
  timeout: 60_000,
}, async () => {
  const { accepted, moreLenient, stricter } = await compareReaders({ runs: 300, seed: 20_260_501 });
  expect(accepted).toBeGreaterThan(100);
  expect({ stricter: stricter.size > 5, moreLenient: moreLenient.size > 0 }).toEqual({
    stricter: true,
    moreLenient: true,
  });
});

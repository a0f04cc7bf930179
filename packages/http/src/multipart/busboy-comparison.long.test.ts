import { expect, it } from 'vitest';
import { compareReaders } from '../testing/compare-readers.ts';

it('readUpload takes the same fields and bytes from 5,000 drawn uploads as @fastify/busboy, or refuses for a listed reason', async () => {
  const { accepted, moreLenient, refusedByBoth, stricter } = await compareReaders({ runs: 5_000 });
  process.stdout.write(`${accepted} accepted alike, ${refusedByBoth} refused by both\n`);
  for (const [why, count] of [...stricter, ...moreLenient]) process.stdout.write(`${count}: ${why}\n`);
  expect(accepted).toBeGreaterThan(2_000);
  expect(stricter.size).toBeGreaterThan(20);
}, 300_000);

import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { PhotoError } from '../errors.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const RUNS = 5_000;
const DECLARED = new Set(['taken', 'photo_type', 'photo_too_large', 'photo_undecodable']);

it('photos with changed bytes are taken or refused with a declared code', { timeout: 600_000 }, async () => {
  const normalizer = createPhotoNormalizer({
    concurrency: 2,
    capacity: 32,
    backgroundCapacity: 16,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
  });
  const formats = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
  const photos = await Promise.all(formats.map((type) => realPicture(64, 48).toFormat(type).toBuffer()));
  const seen = new Map<string, number>();

  async function outcomeOf(bytes: Buffer): Promise<string> {
    try {
      const photo = inspectPhoto(uploaded(bytes), 0, LIMITS);
      await normalizer.normalize(photo, 0, { subject: 'user:anna', background: false });
      return 'taken';
    } catch (error) {
      if (error instanceof PhotoError) return error.code;
      throw error;
    }
  }

  const change = fc.record({ at: fc.nat(), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...photos),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async (photo, changes) => {
        const changed = Buffer.from(photo);
        for (const { at, value } of changes) changed[at % changed.length] = value;
        const outcome = await outcomeOf(changed);
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        expect(DECLARED).toContain(outcome);
      },
    ),
    { numRuns: RUNS },
  );
  // Some of each: else the changes would test the first check only.
  expect(seen.get('taken')).toBeGreaterThan(RUNS / 100);
  expect(seen.get('photo_undecodable')).toBeGreaterThan(RUNS / 100);
});

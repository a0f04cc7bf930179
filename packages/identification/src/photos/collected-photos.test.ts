import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { isBare } from './testing/is-bare.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const photoDir = process.env['PLANT_PHOTOS_DIR'];

describe.skipIf(!photoDir)('the collected photos', () => {
  it('are normalized to small JPEGs without metadata', { timeout: 60_000 }, async () => {
    const dir = photoDir ?? '';
    const names = readdirSync(dir).filter((name) => /\.(jpg|png|webp|gif|heic)$/.test(name));
    expect(names.length).toBeGreaterThan(0);
    const intake = createPhotoNormalizer({
      concurrency: 2,
      capacity: 32,
      backgroundCapacity: 16,
      clock: systemClock,
      metrics: createTestMetrics().decodes,
      heic: { seconds: { small: 60, large: 60 } },
    });

    async function outcome(name: string) {
      const bytes = readFileSync(join(dir, name));
      try {
        const photo = inspectPhoto(uploaded(bytes, { name }), 0, LIMITS);
        const { jpeg, width, height } = await intake.normalize(photo, 0, { subject: 'user:anna', background: false });
        const { format, space } = await sharp(jpeg).metadata();
        return { name, type: photo.type, format, space, small: Math.max(width, height) <= 1500, bare: isBare(jpeg) };
      } catch (error) {
        if (error instanceof IdentificationError) return { name, refused: error.code };
        throw error;
      }
    }

    expect(await Promise.all(names.map(outcome))).toEqual(names.map(promised));
  });
});

function promised(name: string) {
  if (name.endsWith('.heic') && !isHeicDecoderInstalled()) return { name, refused: 'photo_type' };
  const type = name.slice(name.lastIndexOf('.') + 1).replace('jpg', 'jpeg');
  return { name, type, format: 'jpeg', space: 'srgb', small: true, bare: true };
}

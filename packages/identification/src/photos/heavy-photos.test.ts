import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const UPLOADS = 3;
const PHOTOS = 5;

/** One of the slowest accepted photos: 16 bits, transparent and interlaced. */
async function heavyPng(): Promise<Buffer> {
  const pixels = await realPicture(1_200, 900).ensureAlpha(0.5).raw().toBuffer();
  return sharp(pixels, { raw: { width: 1_200, height: 900, channels: 4 } })
    .toColourspace('rgb16')
    .png({ progressive: true, compressionLevel: 1 })
    .toBuffer();
}

it('a small photo is decoded while three heavy uploads of another account still wait', {
  timeout: 60_000,
}, async () => {
  const intake = createPhotoNormalizer({
    concurrency: 2,
    capacity: 32,
    backgroundCapacity: 16,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
  });
  const done: string[] = [];
  const decode = async (subject: string, bytes: Buffer) => {
    const photo = inspectPhoto(uploaded(bytes), 0, LIMITS);
    await intake.normalize(photo, 0, { subject, background: false });
    done.push(subject);
  };
  const png = await heavyPng();
  // Trailing bytes are cut before decoding, and make each file another photo.
  const heavy = Array.from({ length: UPLOADS * PHOTOS }, (_, index) => Buffer.concat([png, Buffer.from([index])]));
  const small = await realPicture(60, 40).jpeg().toBuffer();
  await Promise.all([...heavy.map((bytes) => decode('user:anna', bytes)), decode('user:bob', small)]);
  expect(done).toHaveLength(UPLOADS * PHOTOS + 1);
  // The two that ran when it was added, and at most two more that ended before it.
  expect(done.indexOf('user:bob')).toBeLessThanOrEqual(4);
});

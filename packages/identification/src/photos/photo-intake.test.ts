import { leastCpuTimeOf } from '@plantcommunity/telemetry/testing';
import { expect, it } from 'vitest';
import { createPhotoIntake, noiseJpeg } from './testing/index.ts';

/** Five times the ratio that `npm run bench` wants for 12 megapixels. */
const MAX_RATIO = 5 * 1.15;

it('the intake of a photo costs little more than sharp alone, and makes the same JPEG', {
  timeout: 60_000,
}, async () => {
  const { bare, intake } = createPhotoIntake(await noiseJpeg(2_000, 1_500));
  const { jpeg } = await intake();
  expect(jpeg.equals(await bare())).toBe(true);
  expect((await leastCpuTimeOf(intake)) / (await leastCpuTimeOf(bare))).toBeLessThan(MAX_RATIO);
});

import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { encodeHeic, missingHeicEncoder } from './testing/make-heic.ts';
import { type MetadataReader, missingExiftool, startMetadataReader } from './testing/read-metadata.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const OWNER = 'Owner of the camera';
const TRAILER = Buffer.from('<?php system($_GET[0]); ?>ftypmp42', 'latin1');
/** Makes a photo with the owner, the place and the profile of a camera, and bytes behind its end. */
async function encode(type: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'heic'): Promise<Buffer> {
  const picture = realPicture(60, 40)
    .withExif({
      IFD0: { Artist: OWNER, DateTime: '2026:05:01 12:00:00' },
      IFD3: { GPSLatitude: '49/1 12/1 34/1', GPSLatitudeRef: 'N' },
    })
    .withIccProfile('p3')
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${OWNER}</x:xmpmeta>`);
  const bytes = type === 'heic' ? encodeHeic(await picture.png().toBuffer()) : await picture.toFormat(type).toBuffer();
  return Buffer.concat([bytes, TRAILER]);
}

describe.skipIf(missingExiftool !== undefined)('the metadata of a normalized photo', () => {
  const normalizer = createPhotoNormalizer({
    concurrency: 1,
    capacity: 1,
    backgroundCapacity: 1,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
    heic: { seconds: { small: 60, large: 60 } },
  });
  let reader: MetadataReader;
  beforeAll(() => {
    reader = startMetadataReader();
  });
  afterAll(() => reader.end());

  it.for(['jpeg', 'png', 'webp', 'gif', 'avif', 'heic'] as const)(
    'has nothing of a %s, and no byte of its trailer',
    { timeout: 60_000 },
    async (type, { skip }) => {
      skip(type === 'heic' && !isHeicDecoderInstalled(), 'libheif-js is not installed');
      skip(type === 'heic' && missingHeicEncoder !== undefined, missingHeicEncoder);
      const upload = await encode(type);
      const photo = inspectPhoto(uploaded(upload), 0, LIMITS);
      const { jpeg } = await normalizer.normalize(photo, 0, { subject: 'user:anna', background: false });
      const before = await reader.tagsOf(upload);
      expect(before.length).toBeGreaterThan(0);
      expect(await reader.tagsOf(jpeg)).toEqual([]);
      for (const hidden of [OWNER, 'Exif', 'ICC_PROFILE', 'http:', '<?php', 'ftyp', '8BIM']) {
        expect({ hidden, found: jpeg.includes(hidden, 0, 'latin1') }).toEqual({ hidden, found: false });
      }
      expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
    },
  );
});

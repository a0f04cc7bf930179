import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { ExifTool } from 'exiftool-vendored';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { encodeHeic, missingHeicEncoder } from './testing/make-heic.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const OWNER = 'Owner of the camera';
const TRAILER = Buffer.from('<?php system($_GET[0]); ?>ftypmp42', 'latin1');
/** What exiftool says of the file itself, and of the picture in it. */
const ABOUT_THE_FILE = /^(SourceFile$|errors$|warnings$|ExifTool:|File:|Composite:(ImageSize|Megapixels)$)/;

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

// exiftool is a program in Perl.
describe.skipIf(!existsSync('/usr/bin/perl'))('the metadata of a normalized photo', () => {
  const exiftool = new ExifTool({ maxProcs: 1 });
  const normalizer = createPhotoNormalizer({
    concurrency: 1,
    capacity: 1,
    backgroundCapacity: 1,
    clock: systemClock,
    metrics: createTestMetrics().decodes,
    heic: { seconds: { small: 60, large: 60 } },
  });
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'metadata-'));
  });
  afterAll(async () => {
    await exiftool.end();
    rmSync(folder, { recursive: true });
  });

  async function tagsOf(bytes: Buffer): Promise<string[]> {
    const file = join(folder, 'photo');
    writeFileSync(file, bytes);
    const tags = await exiftool.readRaw(file, { readArgs: ['-G0:1', '-a', '-u'] });
    return Object.keys(tags).filter((tag) => !ABOUT_THE_FILE.test(tag));
  }

  it.for(['jpeg', 'png', 'webp', 'gif', 'avif', 'heic'] as const)(
    'has nothing of a %s, and no byte of its trailer',
    { timeout: 60_000 },
    async (type, { skip }) => {
      skip(type === 'heic' && !isHeicDecoderInstalled(), 'libheif-js is not installed');
      skip(type === 'heic' && missingHeicEncoder !== undefined, missingHeicEncoder);
      const upload = await encode(type);
      const photo = inspectPhoto(uploaded(upload), 0, LIMITS);
      const { jpeg } = await normalizer.normalize(photo, 0, { subject: 'user:anna', background: false });
      const before = await tagsOf(upload);
      expect(before.length).toBeGreaterThan(0);
      expect(await tagsOf(jpeg)).toEqual([]);
      for (const hidden of [OWNER, 'Exif', 'ICC_PROFILE', 'http:', '<?php', 'ftyp', '8BIM']) {
        expect({ hidden, found: jpeg.includes(hidden, 0, 'latin1') }).toEqual({ hidden, found: false });
      }
      expect(jpeg.subarray(-2).toString('hex')).toBe('ffd9');
    },
  );
});

import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { composedHeifs, composedJpegs, HIDDEN } from './testing/composed-photos.ts';
import { encodeHeic, missingHeicEncoder } from './testing/make-heic.ts';
import { box, ispe, makeHeif } from './testing/make-heif.ts';
import { type MetadataReader, missingExiftool, startMetadataReader } from './testing/read-metadata.ts';
import { coloursAt } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';
import type { NormalizedPhoto } from './types.ts';

const RED = { red: true, blue: false };
const BLUE = { red: false, blue: true };
const START_OF_JPEG = Buffer.from([0xff, 0xd8, 0xff]);

const normalizer = createPhotoNormalizer({
  concurrency: 2,
  capacity: 32,
  backgroundCapacity: 16,
  clock: systemClock,
  metrics: createTestMetrics().decodes,
  heic: { seconds: { small: 60, large: 60 } },
});

async function normalized(bytes: Buffer): Promise<NormalizedPhoto> {
  return normalizer.normalize(inspectPhoto(uploaded(bytes), 0, LIMITS), 0, { subject: 'user:anna', background: false });
}

/** What stands in a normalized photo besides its picture. */
function remainsIn(jpeg: Buffer): string[] {
  const texts = [HIDDEN, 'Exif', 'ICC_PROFILE', 'http:', 'MPF', 'ftyp', 'mdat', 'SEFT', 'urn:'];
  const found = texts.filter((text) => jpeg.includes(text, 0, 'latin1'));
  if (jpeg.lastIndexOf(START_OF_JPEG) !== 0) found.push('a second picture');
  if (!jpeg.subarray(-2).equals(Buffer.from([0xff, 0xd9]))) found.push('bytes behind the picture');
  return found;
}

describe.skipIf(missingExiftool !== undefined)('of a photo that holds more than one picture', () => {
  let reader: MetadataReader;
  beforeAll(() => {
    reader = startMetadataReader();
  });
  afterAll(() => reader.end());

  describe('in a JPEG', async () => {
    const photos = await composedJpegs();

    it.each(Object.entries(photos))('only the primary one is taken, upright and in sRGB: %s', async (_, upload) => {
      const { data } = inspectPhoto(uploaded(upload), 0, LIMITS);
      expect(upload.includes(HIDDEN)).toBe(true);
      expect(data.subarray(-2).toString('hex')).toBe('ffd9');
      const { height, jpeg, width } = await normalized(upload);
      expect({ width, height }).toEqual({ width: 1_500, height: 1_125 });
      // Without its profile, a wide-gamut red has much green: 51 of 255.
      const [, green] = (await sharp(jpeg).stats()).channels;
      expect(green?.mean).toBeLessThan(5);
      expect(await coloursAt(jpeg, 0.2, 0.5)).toEqual(RED);
      expect(await coloursAt(jpeg, 0.8, 0.5)).toEqual(BLUE);
      expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', space: 'srgb' });
      expect(remainsIn(jpeg)).toEqual([]);
      expect((await reader.tagsOf(upload)).length).toBeGreaterThan(10);
      expect(await reader.tagsOf(jpeg)).toEqual([]);
    });
  });

  /** Returns what became of a composed HEIF file: its primary picture is red below and blue above. */
  async function outcomeOf(upload: Buffer) {
    const { height, jpeg, width } = await normalized(upload);
    return {
      size: `${width} x ${height}`,
      above: await coloursAt(jpeg, 0.5, 0.2),
      below: await coloursAt(jpeg, 0.5, 0.8),
      remains: remainsIn(jpeg),
      tags: await reader.tagsOf(jpeg),
    };
  }
  const PRIMARY = { size: '64 x 128', above: BLUE, below: RED, remains: [], tags: [] };

  describe('in an AVIF', async () => {
    const photos = await composedHeifs('avif', async (picture) => picture.avif({ effort: 0 }).toBuffer());

    it.each(Object.entries(photos))('only the primary one is taken, upright: %s', async (_, upload) => {
      expect(await outcomeOf(upload)).toEqual(PRIMARY);
    });
  });

  // The decoder is an optional package, and Debian's heif-enc makes the photos.
  describe.skipIf(!isHeicDecoderInstalled() || missingHeicEncoder !== undefined)('in a HEIC', async () => {
    const canMake = isHeicDecoderInstalled() && missingHeicEncoder === undefined;
    const photos = canMake
      ? await composedHeifs('heic', async (picture) => encodeHeic(await picture.png().toBuffer()))
      : {};

    it.each(Object.entries(photos))(
      'only the primary one is taken, upright: %s',
      { timeout: 60_000 },
      async (_, upload) => {
        expect(await outcomeOf(upload)).toEqual(PRIMARY);
      },
    );
  });

  it('in a HEIF file, a JPEG is taken out, without the pictures behind it', async () => {
    const turnedLeft = box('irot', Buffer.from([1]));
    const pixels = [
      Buffer.alloc(64 * 64 * 3, Buffer.from([255, 0, 0])),
      Buffer.alloc(64 * 64 * 3, Buffer.from([0, 0, 255])),
    ];
    const [red, blue] = pixels.map((raw) => ({ input: raw, raw: { width: 64, height: 64, channels: 3 as const } }));
    if (red === undefined || blue === undefined) throw new Error('no pixels');
    const picture = sharp({ create: { width: 128, height: 64, channels: 3, background: '#fff' } }).composite([
      { ...red, left: 0, top: 0 },
      { ...blue, left: 64, top: 0 },
    ]);
    const jpeg = await picture.jpeg().toBuffer();
    const inside = Buffer.concat([jpeg, Buffer.from(HIDDEN), jpeg]);
    const file = makeHeif({
      brand: 'mif1',
      items: [{ type: 'jpeg', properties: [ispe(128, 64), turnedLeft], data: inside }],
    });
    expect(await outcomeOf(file)).toEqual(PRIMARY);
  });
});

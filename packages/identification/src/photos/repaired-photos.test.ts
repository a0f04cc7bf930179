import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@plantcommunity/resilience';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { PhotoError } from '../errors.ts';
import { SOF0, SOS } from './formats/jpeg.ts';
import { inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { inThreeScans, offsetOf, withRestarts } from './testing/joined-jpegs.ts';
import { segment } from './testing/make-jpeg.ts';
import { realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const casesDir = process.env['PLANT_CASES_DIR'];
const photosDir = process.env['PLANT_PHOTOS_DIR'];
const readCase = (name: string) => readFileSync(join(casesDir ?? '', name));

const EOI_BYTES = 2;

const intake = createPhotoNormalizer({
  concurrency: 2,
  capacity: 32,
  backgroundCapacity: 16,
  clock: systemClock,
  metrics: createTestMetrics().decodes,
});

/**
 * Returns the hash of the normalized JPEG, which is equal for equal pixels; undefined when the photo is refused.
 */
async function prepared(bytes: Buffer, claims: { name?: string; declaredType?: string } = {}) {
  try {
    const photo = inspectPhoto(uploaded(bytes, claims), 0, LIMITS);
    const { jpeg } = await intake.normalize(photo, 0, { subject: 'user:anna', background: false });
    return createHash('sha256').update(jpeg).digest('hex');
  } catch (error) {
    if (error instanceof PhotoError) return undefined;
    throw error;
  }
}

/** Returns the offset of Ss, Se and Ah/Al in the first scan header. */
function rangeOf(jpeg: Buffer): number {
  const scan = offsetOf(jpeg, SOS);
  return scan + 5 + jpeg.readUInt8(scan + 4) * 2;
}

const changed = (bytes: Buffer, at: number, ...values: number[]) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(values), bytes.subarray(at + values.length)]);
const inserted = (bytes: Buffer, at: number, more: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

const photo = () => realPicture(120, 90);
const JPEGS: Readonly<Record<string, Buffer>> = {
  'a JPEG with 4:2:0': await photo().jpeg().toBuffer(),
  'a JPEG with 4:4:4': await photo().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  'a grey JPEG': await photo().toColourspace('b-w').jpeg().toBuffer(),
  'a CMYK JPEG': await photo().toColourspace('cmyk').jpeg().toBuffer(),
  'a JPEG with a profile and EXIF': await photo().withMetadata({ orientation: 6, icc: 'p3' }).jpeg().toBuffer(),
  'a JPEG of three scans': await inThreeScans(120, 90),
  'a JPEG with restarts': await withRestarts(120, 11),
};

describe.each(Object.entries(JPEGS))('%s', (_name, jpeg) => {
  const range = rangeOf(jpeg);
  const scan = offsetOf(jpeg, SOS);
  const frame = offsetOf(jpeg, SOF0);

  it.each([
    ['Se 0', changed(jpeg, range + 1, 0)],
    ['Se 62', changed(jpeg, range + 1, 62)],
    ['Ss 1', changed(jpeg, range, 1)],
    ['Ah/Al 1', changed(jpeg, range + 2, 1)],
    ['all three wrong', changed(jpeg, range, 63, 0, 0x21)],
    ['stray zeros before its scan', inserted(jpeg, scan, Buffer.alloc(5))],
    ['stray bytes behind its SOI', inserted(jpeg, 2, Buffer.from([0x00, 0x4d]))],
    ['stray bytes before its frame', inserted(jpeg, frame, Buffer.from([0x4d, 0xff, 0x00, 0x37]))],
    ['fill bytes', inserted(inserted(jpeg, scan, Buffer.alloc(3, 0xff)), 2, Buffer.alloc(2, 0xff))],
    ['a restart before its end', inserted(jpeg, jpeg.length - EOI_BYTES, Buffer.from([0xff, 0xd0]))],
    ['a tail', Buffer.concat([jpeg, Buffer.from('SEFT'), jpeg])],
    [
      'another JFIF version',
      inserted(jpeg, 2, segment(0xe0, Buffer.from('JFIF\0\x02\x01\0\0\x01\0\x01\0\0', 'latin1'))),
    ],
  ])('with %s is repaired to the same pixels', async (_fault, faulty) => {
    const twin = await prepared(jpeg);
    expect(twin).toBeDefined();
    expect(await prepared(faulty)).toEqual(twin);
  });

  it.each([
    ['no end marker', jpeg.subarray(0, -EOI_BYTES)],
    ['half an end marker', jpeg.subarray(0, -1)],
    ['zeros for an end marker', Buffer.concat([jpeg.subarray(0, -EOI_BYTES), Buffer.alloc(64)])],
    ['half of its data', Buffer.concat([jpeg.subarray(0, (scan + jpeg.length) / 2), Buffer.from([0xff, 0xd9])])],
    ['twice the height', changed(jpeg, frame + 5, 0, 180)],
    ['twice the width', changed(jpeg, frame + 7, 0, 240)],
  ])('with %s stays refused, whether its scan header is right or wrong', async (_fault, faulty) => {
    expect(await prepared(faulty)).toBeUndefined();
    expect(await prepared(changed(faulty, range, 0, 0, 0))).toBeUndefined();
  });
});

it.each(Object.entries(JPEGS))(
  '%s that lacks the least of its data stays refused when its header is wrong',
  async (_name, jpeg) => {
    const range = rangeOf(jpeg);
    const height = offsetOf(jpeg, SOF0) + 5;
    const end = jpeg.subarray(-EOI_BYTES);
    for (const cut of [1, 2, 10]) {
      const short = Buffer.concat([jpeg.subarray(0, -EOI_BYTES - cut), end]);
      expect(await prepared(changed(short, range, 0, 0, 0))).toBeUndefined();
      expect(await prepared(inserted(short, offsetOf(short, SOS), Buffer.alloc(1)))).toBeUndefined();
    }
    const taller = jpeg.readUInt16BE(height) + 16;
    expect(await prepared(changed(changed(jpeg, range, 0, 0, 0), height, taller >> 8, taller & 255))).toBeUndefined();
  },
);

it('a JPEG of one scan with zeros before its EOI has the same pixels', async () => {
  const jpeg = await photo().jpeg().toBuffer();
  expect(await prepared(inserted(jpeg, jpeg.length - EOI_BYTES, Buffer.alloc(9)))).toEqual(await prepared(jpeg));
});

it('a progressive JPEG keeps its scan headers: a wrong one stays refused', async () => {
  const jpeg = await photo().jpeg({ progressive: true }).toBuffer();
  expect(await prepared(jpeg)).toBeDefined();
  expect(await prepared(changed(jpeg, rangeOf(jpeg) + 1, 63))).toBeUndefined();
  expect(await prepared(changed(jpeg, offsetOf(jpeg, 0xc2) + 1, SOF0))).toBeUndefined();
});

describe('a GIF', async () => {
  const frames = await Promise.all(
    ['#f00', '#00f'].map((background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const gifs = {
    still: await photo().gif().toBuffer(),
    animation: await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer(),
  };

  it.each(Object.entries(gifs))(
    '%s without its trailer has the same pixels, one cut in its data stays refused',
    async (_kind, gif) => {
      const twin = await prepared(gif);
      expect(twin).toBeDefined();
      const blocks = gif.subarray(0, -1);
      for (const repaired of [
        blocks,
        Buffer.concat([blocks, Buffer.alloc(3)]),
        inserted(gif, gif.length - 1, Buffer.alloc(2)),
      ]) {
        expect(await prepared(repaired)).toEqual(twin);
      }
      for (const cut of [2, 3, 10, 40]) {
        expect(await prepared(gif.subarray(0, -cut))).toBeUndefined();
        expect(await prepared(Buffer.concat([gif.subarray(0, -cut), Buffer.from([0x3b])]))).toBeUndefined();
      }
    },
  );
});

describe('PNG and WebP', () => {
  it.each(['png', 'webp'] as const)(
    'a %s that ends early stays refused: its header states its length',
    async (type) => {
      const whole = await photo().toFormat(type).toBuffer();
      expect(await prepared(whole)).toBeDefined();
      for (const cut of [1, 4, 12, 100]) expect(await prepared(whole.subarray(0, -cut))).toBeUndefined();
    },
  );
});

describe('any change of a few bytes', () => {
  it('results in a refusal or in a picture that decodes without a warning', { timeout: 60_000 }, async () => {
    const files = [...Object.values(JPEGS), await photo().gif().toBuffer()];
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert') });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (bytes, mutations) => {
          const mutated = mutations.reduce(mutate, bytes);
          let data: Buffer;
          try {
            data = inspectPhoto(uploaded(mutated), 0, LIMITS).data;
          } catch (error) {
            if (error instanceof PhotoError) return;
            throw error;
          }
          const decodes = await sharp(data, { failOn: 'warning', pages: 1, unlimited: false })
            .raw()
            .toBuffer()
            .then(() => true)
            .catch(() => false);
          const isTaken = (await prepared(mutated)) !== undefined;
          expect({ isTakenWithWarnings: isTaken && !decodes }).toEqual({ isTakenWithWarnings: false });
        },
      ),
      { numRuns: 400 },
    );
  });
});

function mutate(bytes: Buffer, { at, value, kind }: { at: number; value: number; kind: string }): Buffer {
  const place = at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === 'cut') return head;
  return Buffer.concat([head, Buffer.from([value]), kind === 'set' ? tail.subarray(1) : tail]);
}

describe.skipIf(!casesDir)('the reported cases', () => {
  it('J: a sequential JPEG with Se 0 is accepted, one that promises more rows than it holds is not', async () => {
    const jpeg = readCase('jpeg-scan-Se-0.jpg');
    const right = changed(jpeg, rangeOf(jpeg), 0, 63, 0);
    const twin = await sharp(right).raw().toBuffer();
    const data = inspectPhoto(uploaded(jpeg), 0, LIMITS).data;
    expect(await sharp(data, { failOn: 'warning' }).raw().toBuffer()).toEqual(twin);
    expect(await prepared(jpeg)).toEqual(await prepared(right));
    const height = offsetOf(jpeg, SOF0) + 5;
    const taller = Buffer.from(jpeg);
    taller.writeUInt16BE(jpeg.readUInt16BE(height) + 100, height);
    expect(await prepared(taller)).toBeUndefined();
    expect(await prepared(jpeg.subarray(0, -EOI_BYTES))).toBeUndefined();
  });

  it('G: a GIF without its last byte has the pixels of the complete one', async () => {
    const [cut, whole] = [readCase('gif-no-trailer.gif'), readCase('gif-whole.gif')];
    const pixels = await sharp(whole).raw().toBuffer();
    const { data } = inspectPhoto(uploaded(cut), 0, LIMITS);
    expect(await sharp(data, { failOn: 'warning' }).raw().toBuffer()).toEqual(pixels);
    expect(await prepared(cut)).toEqual(await prepared(whole));
    for (let bytes = 2; bytes < 12; bytes += 1) expect(await prepared(whole.subarray(0, -bytes))).toBeUndefined();
  });

  it('N: a JPEG with the name and media type of its former format is accepted', async () => {
    const jpeg = readCase('jpeg-called.HEIC');
    expect(await prepared(jpeg, { name: 'jpeg-called.HEIC', declaredType: 'image/heic' })).toEqual(
      await prepared(jpeg),
    );
    expect(await prepared(jpeg, { name: 'jpeg-called.HEIC', declaredType: 'image/png' })).toBeUndefined();
    expect(await prepared(jpeg, { name: 'jpeg-called.HEIC.php' })).toBeUndefined();
  });
});

it.skipIf(!photosDir)('J: a real photo from a phone with the same fault has the same pixels', async () => {
  const jpeg = readFileSync(join(photosDir ?? '', 'plant-tradescantia-phone-12mp-gps.jpg'));
  expect(await prepared(changed(jpeg, rangeOf(jpeg), 0, 0, 0))).toEqual(await prepared(jpeg));
});

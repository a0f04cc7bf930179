import { FakeClock } from '@plantcommunity/resilience/testing';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { IdentificationError, PhotoError } from '../errors.ts';
import type { DecodeOwner } from './decode-queue.ts';
import { type InspectedPhoto, inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { isBare } from './testing/is-bare.ts';
import { box, codedItem, grid, ispe, makeHeif } from './testing/make-heif.ts';
import { makeJpeg } from './testing/make-jpeg.ts';
import { chunk, compressedText, makePng } from './testing/make-png.ts';
import { lossy, makeWebp } from './testing/make-webp.ts';
import { coloursAt, realPicture } from './testing/real-picture.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';
import type { NormalizedPhoto } from './types.ts';

const TURNED_LEFT = 6;
const RED = { red: true, blue: false };
const BLUE = { red: false, blue: true };

const ANNA: DecodeOwner = { subject: 'user:anna', background: false };

function createNormalizer({ concurrency = 2, capacity = 32, clock = new FakeClock() } = {}) {
  const { decodes: metrics } = createTestMetrics();
  return createPhotoNormalizer({ concurrency, capacity, backgroundCapacity: 16, clock, metrics });
}

function inspected(bytes: Buffer): InspectedPhoto {
  return inspectPhoto(uploaded(bytes), 0, LIMITS);
}

async function normalized(bytes: Buffer): Promise<NormalizedPhoto> {
  return createNormalizer().normalize(inspected(bytes), 0, ANNA);
}

async function plain(background: string): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Returns the quantisation tables of a JPEG, which depend on its quality. */
function tablesOf(jpeg: Buffer): string[] {
  const tables: string[] = [];
  for (let at = 2; jpeg.readUInt8(at + 1) !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg.readUInt8(at + 1) === 0xdb) tables.push(jpeg.toString('hex', at, at + 2 + jpeg.readUInt16BE(at + 2)));
  }
  return tables;
}

describe('the normalized photo', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('is a JPEG of the same picture for a %s', async (type) => {
    const { jpeg, width, height } = await normalized(await realPicture(60, 40).toFormat(type).toBuffer());
    expect({ width, height }).toEqual({ width: 60, height: 40 });
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', space: 'srgb', width, height });
    expect(await coloursAt(jpeg, 0.2, 0.5)).toEqual(RED);
    expect(await coloursAt(jpeg, 0.8, 0.5)).toEqual(BLUE);
  });

  it('is upright for every EXIF orientation', async () => {
    const sideways = await realPicture(60, 40).withMetadata({ orientation: TURNED_LEFT }).jpeg().toBuffer();
    const { jpeg, width, height } = await normalized(sideways);
    expect({ width, height }).toEqual({ width: 40, height: 60 });
    expect(await coloursAt(jpeg, 0.5, 0.2)).toEqual(RED);
    expect(await coloursAt(jpeg, 0.5, 0.8)).toEqual(BLUE);
  });

  it('is upright for an AVIF of tiles, and for a JPEG in a HEIF file, whose own orientation does not count', async () => {
    const turnedLeft = box('irot', Buffer.from([1]));
    const tile = codedItem(await realPicture(64, 64).avif({ chromaSubsampling: '4:4:4' }).toBuffer());
    const tiles = makeHeif({
      brand: 'avif',
      items: [
        { type: 'grid', properties: [ispe(128, 64), turnedLeft], data: grid(1, 2, 128, 64), parts: [2, 3] },
        tile,
        tile,
      ],
    });
    const jpeg = await realPicture(60, 40).withMetadata({ orientation: TURNED_LEFT }).jpeg().toBuffer();
    const inside = makeHeif({
      brand: 'mif1',
      items: [{ type: 'jpeg', properties: [ispe(60, 40), turnedLeft], data: jpeg }],
    });
    expect(await normalized(tiles)).toMatchObject({ width: 64, height: 128 });
    const upright = await normalized(inside);
    expect(upright).toMatchObject({ width: 40, height: 60 });
    expect(await coloursAt(upright.jpeg, 0.5, 0.8)).toEqual(RED);
    expect(await coloursAt(upright.jpeg, 0.5, 0.2)).toEqual(BLUE);
  });

  it('is not made of an AVIF that is larger than it says', async () => {
    const large = await realPicture(600, 400).avif({ effort: 0, quality: 30 }).toBuffer();
    large.writeUInt32BE(64, large.indexOf('ispe') + 8);
    large.writeUInt32BE(64, large.indexOf('ispe') + 12);
    await expect(normalized(large)).rejects.toMatchObject({ code: 'photo_undecodable' });
  });

  it('has at most 1500 pixels on its longer side, and is never enlarged', async () => {
    expect(await normalized(await realPicture(3000, 2000).jpeg().toBuffer())).toMatchObject({
      width: 1500,
      height: 1000,
    });
    expect(await normalized(await realPicture(20, 2400).jpeg().toBuffer())).toMatchObject({ width: 13, height: 1500 });
    expect(await normalized(await realPicture(1500, 9).jpeg().toBuffer())).toMatchObject({ width: 1500, height: 9 });
  });

  it('has quality 85', async () => {
    const picture = realPicture(60, 40);
    const { jpeg } = await normalized(await picture.png().toBuffer());
    expect(tablesOf(jpeg)).toEqual(tablesOf(await picture.jpeg({ quality: 85 }).toBuffer()));
    expect(tablesOf(jpeg)).not.toEqual(tablesOf(await picture.jpeg({ quality: 86 }).toBuffer()));
  });

  it('has no metadata of the upload', async () => {
    const photo = await realPicture(60, 40)
      .withExif({ IFD0: { Copyright: 'Ann Example' }, IFD3: { GPSLatitude: '49/1 12/1 34/1' } })
      .withIccProfile('p3')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toBuffer();
    const before = await sharp(photo).metadata();
    for (const key of ['exif', 'icc', 'xmp']) expect(before).toHaveProperty(key);
    const { jpeg } = await normalized(photo);
    const after = await sharp(jpeg).metadata();
    for (const key of ['exif', 'icc', 'xmp', 'iptc', 'orientation']) expect(after).not.toHaveProperty(key);
    expect({ upload: isBare(photo), normalized: isBare(jpeg) }).toEqual({ upload: false, normalized: true });
  });

  it('is sRGB for a CMYK photo and for 16 bits per channel', async () => {
    const cmyk = await realPicture(60, 40).toColourspace('cmyk').jpeg().toBuffer();
    expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk' });
    const deep = await realPicture(60, 40).toColourspace('rgb16').png().toBuffer();
    for (const bytes of [cmyk, deep]) {
      const { jpeg } = await normalized(bytes);
      expect(await sharp(jpeg).metadata()).toMatchObject({ space: 'srgb', channels: 3, depth: 'uchar' });
      expect(await coloursAt(jpeg, 0.2, 0.5)).toEqual(RED);
    }
  });

  it('is white where the upload is transparent', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } })
      .png()
      .toBuffer();
    const { jpeg } = await normalized(clear);
    expect(await coloursAt(jpeg, 0.5, 0.5)).toEqual({ red: true, blue: true });
  });

  it('is the first frame of an animation', async () => {
    const [red, blue] = await Promise.all([plain('#f00'), plain('#00f')]);
    const gif = await sharp([red, blue], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(inspected(gif).frames).toBe(2);
    const { jpeg, height } = await normalized(gif);
    expect(height).toBe(8);
    expect(await coloursAt(jpeg, 0.5, 0.5)).toEqual(RED);
  });

  it('has no bytes that were hidden in or behind the upload', async () => {
    const hidden = Buffer.from('<?php system($_GET[0]); ?>', 'latin1');
    const png = await realPicture(60, 40).png().toBuffer();
    const polyglot = Buffer.concat([png.subarray(0, 33), chunk('eXIf', hidden), png.subarray(33), hidden]);
    const { jpeg } = await normalized(polyglot);
    expect(jpeg.includes('<?php')).toBe(false);
  });
});

describe('the normalizer', () => {
  const damaged = {
    code: 'photo_undecodable',
    photo: 3,
    reason: { type: 'unreadable', fault: 'damaged' },
  };

  it.each([
    ['JPEG', makeJpeg({ width: 60, height: 40 })],
    ['PNG', makePng({ width: 1500, height: 1000 })],
    ['WebP', makeWebp(lossy({ width: 60, height: 40 }))],
  ])('refuses a %s with valid structure but no picture, and names its place in the upload', async (_, bytes) => {
    const error: unknown = await createNormalizer()
      .normalize(inspected(bytes), 3, ANNA)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PhotoError);
    expect(error).toMatchObject(damaged);
  });

  it('refuses a photo that is larger than inspection found', async () => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    await expect(createNormalizer().normalize({ ...photo, width: 59 }, 3, ANNA)).rejects.toMatchObject(damaged);
  });

  it('refuses a photo of another format than inspection found', async () => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    await expect(createNormalizer().normalize({ ...photo, type: 'jpeg' }, 3, ANNA)).rejects.toMatchObject(damaged);
  });

  it.each([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"/>')],
    ['TIFF', undefined],
    ['AVIF', undefined],
  ] as const)('refuses %s in the decoder itself', async (type, bytes) => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    const format = type === 'TIFF' ? 'tiff' : 'avif';
    const data = bytes ?? (await realPicture(60, 40).toFormat(format).toBuffer());
    await expect(createNormalizer().normalize({ ...photo, data }, 3, ANNA)).rejects.toMatchObject(damaged);
  });
});

describe('the normalizer under load', () => {
  async function photos(count: number): Promise<InspectedPhoto[]> {
    const widths = Array.from({ length: count }, (_, index) => index + 40);
    return Promise.all(widths.map(async (width) => inspected(await realPicture(width, 40).jpeg().toBuffer())));
  }

  it('refuses a photo with retryAfterMs when the queue is full', async () => {
    const normalizer = createNormalizer({ concurrency: 2, capacity: 3 });
    const served = Array.from({ length: 5 }, () => 'fulfilled');
    const outcomes = await Promise.allSettled(
      (await photos(7)).map((photo, index) => normalizer.normalize(photo, index, ANNA)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([...served, 'rejected', 'rejected']);
    for (const outcome of outcomes.slice(5)) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toBeInstanceOf(IdentificationError);
      expect(outcome.reason).toMatchObject({ code: 'busy', retryAfterMs: 5000 });
    }
  });

  it.each([1, 2])('decodes %i photos at once, and the others after them', async (concurrency) => {
    const normalizer = createNormalizer({ concurrency });
    const done = Promise.all((await photos(4)).map((photo) => normalizer.normalize(photo, 0, ANNA)));
    expect(normalizer.load()).toMatchObject({ running: concurrency, waiting: 4 - concurrency });
    expect(await done).toHaveLength(4);
    expect(normalizer.load()).toMatchObject({ running: 0, waiting: 0 });
  });

  it.each([1, 2])('shares 512 MB of memory among %i decodes', async (concurrency) => {
    const normalizer = createNormalizer({ concurrency });
    const heavy = (await photos(3)).map((photo) => ({ ...photo, rasterBytes: 300_000_000 }));
    const done = Promise.all(heavy.map((photo) => normalizer.normalize(photo, 0, ANNA)));
    expect(normalizer.load()).toMatchObject({ running: 1, waiting: 2 });
    expect(await done).toHaveLength(3);
  });

  it('decodes the next photo when a slot is free again, also after failures', async () => {
    const normalizer = createNormalizer({ concurrency: 1, capacity: 0 });
    await expect(normalizer.normalize(inspected(makeJpeg({ width: 9, height: 9 })), 0, ANNA)).rejects.toBeInstanceOf(
      PhotoError,
    );
    for (const photo of await photos(3))
      await expect(normalizer.normalize(photo, 0, ANNA)).resolves.toMatchObject({ height: 40 });
  });

  it('decodes a photo once for all concurrent callers', async () => {
    const normalizer = createNormalizer({ concurrency: 1, capacity: 0 });
    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photo');
    const all = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => normalizer.normalize(photo, index, ANNA)),
    );
    expect(new Set(all).size).toBe(1);
  });

  it('tells each caller the place of a damaged photo in its own upload', async () => {
    const normalizer = createNormalizer();
    const photo = inspected(makeJpeg({ width: 9, height: 9 }));
    const outcomes = await Promise.allSettled([0, 4].map((index) => normalizer.normalize(photo, index, ANNA)));
    expect(outcomes).toMatchObject([{ reason: { photo: 0 } }, { reason: { photo: 4 } }]);
  });

  it('refuses a photo as busy when its decode fails after ten seconds', async () => {
    const clock = new FakeClock();
    const outcomeAfter = (ms: number) => {
      const failed = createNormalizer({ clock }).normalize(inspected(makeJpeg({ width: 9, height: 9 })), 0, ANNA);
      clock.advance(ms);
      return failed;
    };
    await expect(outcomeAfter(9_999)).rejects.toMatchObject({ code: 'photo_undecodable' });
    await expect(outcomeAfter(10_000)).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
  });

  it('caches a photo for a minute', async () => {
    const clock = new FakeClock();
    // lru-cache treats time 0 as unset.
    clock.advance(1);
    const normalizer = createNormalizer({ clock });
    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photo');
    const first = await normalizer.normalize(photo, 0, ANNA);
    clock.advance(59_000);
    expect(await normalizer.normalize(photo, 0, ANNA)).toBe(first);
    clock.advance(2_000);
    expect(await normalizer.normalize(photo, 0, ANNA)).not.toBe(first);
  });
});

describe('the cost of a decode', () => {
  it('does not include inflating two gigabytes of text in a PNG', async () => {
    const text = compressedText(49 * 1024 * 1024);
    const bomb = makePng({ width: 1, height: 1, extra: Array.from({ length: 40 }, () => text) });
    const before = process.memoryUsage.rss();
    await expect(normalized(bomb)).resolves.toMatchObject({ width: 1, height: 1 });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });
});

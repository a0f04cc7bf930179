import { FakeClock } from '@plantcommunity/resilience/testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { IdentificationError, PhotoError } from '../errors.ts';
import type { DecodeOwner } from './decode-queue.ts';
import { type InspectedPhoto, inspectPhoto } from './inspect.ts';
import { createPhotoNormalizer } from './normalize.ts';
import { isBare } from './testing/is-bare.ts';
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

function intakeOf({ concurrency = 2, waiting = 32, clock = new FakeClock() } = {}) {
  return createPhotoNormalizer({ concurrency, capacity: waiting, backgroundCapacity: 16, clock });
}

function inspected(bytes: Buffer): InspectedPhoto {
  return inspectPhoto(uploaded(bytes), 0, LIMITS);
}

async function prepared(bytes: Buffer): Promise<NormalizedPhoto> {
  return intakeOf().normalize(inspected(bytes), 0, ANNA);
}

async function plain(background: string): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background } })
    .png()
    .toBuffer();
}

/** The quantisation tables of a JPEG, which its quality decides. */
function tablesOf(jpeg: Buffer): string[] {
  const tables: string[] = [];
  for (let at = 2; jpeg.readUInt8(at + 1) !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg.readUInt8(at + 1) === 0xdb) tables.push(jpeg.toString('hex', at, at + 2 + jpeg.readUInt16BE(at + 2)));
  }
  return tables;
}

describe('what comes out', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('is a JPEG of the same picture for a %s', async (type) => {
    const { jpeg, width, height } = await prepared(await realPicture(60, 40).toFormat(type).toBuffer());
    expect([width, height]).toEqual([60, 40]);
    expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', space: 'srgb', width, height });
    expect(await coloursAt(jpeg, 0.2, 0.5)).toEqual(RED);
    expect(await coloursAt(jpeg, 0.8, 0.5)).toEqual(BLUE);
  });

  it('is upright, whatever way the phone was held', async () => {
    const sideways = await realPicture(60, 40).withMetadata({ orientation: TURNED_LEFT }).jpeg().toBuffer();
    const { jpeg, width, height } = await prepared(sideways);
    expect([width, height]).toEqual([40, 60]);
    expect(await coloursAt(jpeg, 0.5, 0.2)).toEqual(RED);
    expect(await coloursAt(jpeg, 0.5, 0.8)).toEqual(BLUE);
  });

  it('is at most 1500 pixels on its longer side, and never enlarged', async () => {
    expect(await prepared(await realPicture(3000, 2000).jpeg().toBuffer())).toMatchObject({
      width: 1500,
      height: 1000,
    });
    expect(await prepared(await realPicture(20, 2400).jpeg().toBuffer())).toMatchObject({ width: 13, height: 1500 });
    expect(await prepared(await realPicture(1500, 9).jpeg().toBuffer())).toMatchObject({ width: 1500, height: 9 });
  });

  it('has the quality 85', async () => {
    const picture = realPicture(60, 40);
    const { jpeg } = await prepared(await picture.png().toBuffer());
    expect(tablesOf(jpeg)).toEqual(tablesOf(await picture.jpeg({ quality: 85 }).toBuffer()));
    expect(tablesOf(jpeg)).not.toEqual(tablesOf(await picture.jpeg({ quality: 86 }).toBuffer()));
  });

  it('carries no metadata, however much went in', async () => {
    const photo = await realPicture(60, 40)
      .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '49/1 12/1 34/1' } })
      .withIccProfile('p3')
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toBuffer();
    const before = await sharp(photo).metadata();
    expect([before.exif, before.icc, before.xmp].every(Boolean)).toBe(true);
    const { jpeg } = await prepared(photo);
    const after = await sharp(jpeg).metadata();
    expect([after.exif, after.icc, after.xmp, after.iptc, after.orientation]).toEqual(Array(5).fill(undefined));
    expect([isBare(photo), isBare(jpeg)]).toEqual([false, true]);
  });

  it('is sRGB for a CMYK photo and for 16 bits a channel', async () => {
    const cmyk = await realPicture(60, 40).toColourspace('cmyk').jpeg().toBuffer();
    expect(await sharp(cmyk).metadata()).toMatchObject({ space: 'cmyk' });
    const deep = await realPicture(60, 40).toColourspace('rgb16').png().toBuffer();
    for (const bytes of [cmyk, deep]) {
      const { jpeg } = await prepared(bytes);
      expect(await sharp(jpeg).metadata()).toMatchObject({ space: 'srgb', channels: 3, depth: 'uchar' });
      expect(await coloursAt(jpeg, 0.2, 0.5)).toEqual(RED);
    }
  });

  it('is white where the photo was transparent', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } })
      .png()
      .toBuffer();
    const { jpeg } = await prepared(clear);
    expect(await coloursAt(jpeg, 0.5, 0.5)).toEqual({ red: true, blue: true });
  });

  it('is the first frame of an animation', async () => {
    const [red, blue] = await Promise.all([plain('#f00'), plain('#00f')]);
    const gif = await sharp([red, blue], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(inspected(gif).frames).toBe(2);
    const { jpeg, height } = await prepared(gif);
    expect(height).toBe(8);
    expect(await coloursAt(jpeg, 0.5, 0.5)).toEqual(RED);
  });

  it('holds nothing of what was hidden in or behind the photo', async () => {
    const hidden = Buffer.from('<?php system($_GET[0]); ?>', 'latin1');
    const png = await realPicture(60, 40).png().toBuffer();
    const polyglot = Buffer.concat([png.subarray(0, 33), chunk('eXIf', hidden), png.subarray(33), hidden]);
    const { jpeg } = await prepared(polyglot);
    expect(jpeg.includes('<?php')).toBe(false);
  });
});

describe('what is refused', () => {
  const damaged = {
    code: 'photo_undecodable',
    photo: 3,
    message: 'Photo 4 could not be read: the file is damaged. Please try another photo.',
  };

  it.each([
    ['JPEG', makeJpeg({ width: 60, height: 40 })],
    ['PNG', makePng({ width: 1500, height: 1000 })],
    ['WebP', makeWebp(lossy({ width: 60, height: 40 }))],
  ])('a %s of sound structure without a picture, in our words and for its own place', async (_, bytes) => {
    const error: unknown = await intakeOf()
      .normalize(inspected(bytes), 3, ANNA)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PhotoError);
    expect(error).toMatchObject(damaged);
  });

  it('a photo that turns out larger than inspection found it', async () => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    await expect(intakeOf().normalize({ ...photo, width: 59 }, 3, ANNA)).rejects.toMatchObject(damaged);
  });

  it('a photo that turns out to be another format', async () => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    await expect(intakeOf().normalize({ ...photo, type: 'jpeg' }, 3, ANNA)).rejects.toMatchObject(damaged);
  });

  it.each([
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"/>')],
    ['TIFF', undefined],
    ['AVIF', undefined],
  ] as const)('%s by the decoder itself, should it ever get there', async (type, bytes) => {
    const photo = inspected(await realPicture(60, 40).png().toBuffer());
    const format = type === 'TIFF' ? 'tiff' : 'avif';
    const data = bytes ?? (await realPicture(60, 40).toFormat(format).toBuffer());
    await expect(intakeOf().normalize({ ...photo, data }, 3, ANNA)).rejects.toMatchObject(damaged);
  });
});

describe('how much is decoded at once', () => {
  async function photos(count: number): Promise<InspectedPhoto[]> {
    const widths = Array.from({ length: count }, (_, index) => index + 40);
    return Promise.all(widths.map(async (width) => inspected(await realPicture(width, 40).jpeg().toBuffer())));
  }

  it('refuses at once, with a time to come back, when as many wait as may wait', async () => {
    const intake = intakeOf({ concurrency: 2, waiting: 3 });
    const served = Array.from({ length: 5 }, () => 'fulfilled');
    const outcomes = await Promise.allSettled(
      (await photos(7)).map((photo, index) => intake.normalize(photo, index, ANNA)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([...served, 'rejected', 'rejected']);
    for (const outcome of outcomes.slice(5)) {
      if (outcome.status === 'fulfilled') continue;
      expect(outcome.reason).toBeInstanceOf(IdentificationError);
      expect(outcome.reason).toMatchObject({ code: 'busy', retryAfterMs: 5000 });
    }
  });

  it('takes the next when room is free again, after failures too', async () => {
    const intake = intakeOf({ concurrency: 1, waiting: 0 });
    await expect(intake.normalize(inspected(makeJpeg({ width: 9, height: 9 })), 0, ANNA)).rejects.toBeInstanceOf(
      PhotoError,
    );
    for (const photo of await photos(3))
      await expect(intake.normalize(photo, 0, ANNA)).resolves.toMatchObject({ height: 40 });
  });

  it('decodes a photo once for all who wait for it', async () => {
    const intake = intakeOf({ concurrency: 1, waiting: 0 });
    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photo');
    const all = await Promise.all(Array.from({ length: 50 }, async (_, index) => intake.normalize(photo, index, ANNA)));
    expect(new Set(all).size).toBe(1);
  });

  it('tells each who waits for a broken photo the place it has in their upload', async () => {
    const intake = intakeOf();
    const photo = inspected(makeJpeg({ width: 9, height: 9 }));
    const outcomes = await Promise.allSettled([0, 4].map((index) => intake.normalize(photo, index, ANNA)));
    expect(outcomes).toMatchObject([{ reason: { photo: 0 } }, { reason: { photo: 4 } }]);
  });

  it('knows a photo for a minute', async () => {
    const clock = new FakeClock();
    // lru-cache takes the moment 0 for "no moment".
    clock.advance(1);
    const intake = intakeOf({ clock });
    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photo');
    const first = await intake.normalize(photo, 0, ANNA);
    clock.advance(59_000);
    expect(await intake.normalize(photo, 0, ANNA)).toBe(first);
    clock.advance(2_000);
    expect(await intake.normalize(photo, 0, ANNA)).not.toBe(first);
  });
});

describe('cost', () => {
  it('opens a PNG that hides two gigabytes of text without inflating them', async () => {
    const text = compressedText(49 * 1024 * 1024);
    const bomb = makePng({ width: 1, height: 1, extra: Array.from({ length: 40 }, () => text) });
    const before = process.memoryUsage.rss();
    await expect(prepared(bomb)).resolves.toMatchObject({ width: 1, height: 1 });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });
});

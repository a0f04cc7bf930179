import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhotoError } from '../errors.ts';
import { inspectPhoto } from './inspect.ts';
import { cpuTimeOf } from './testing/cpu-time.ts';
import { makeGif } from './testing/make-gif.ts';
import { makeJpeg } from './testing/make-jpeg.ts';
import { chunk, compressedText, makePng } from './testing/make-png.ts';
import { animationFrame, extended, lossless, lossy, makeWebp } from './testing/make-webp.ts';
import { LIMITS, uploaded } from './testing/uploaded-photo.ts';

const SMALL = { width: 64, height: 48 };
const VALID = {
  jpeg: makeJpeg(SMALL),
  png: makePng(SMALL),
  webp: makeWebp(lossy(SMALL)),
  gif: makeGif(SMALL, [SMALL]),
};

/** Returns how a photo is refused as the second one of an upload; undefined if it is accepted. */
function refused(bytes: Buffer, claims: { name?: string; declaredType?: string } = {}) {
  try {
    inspectPhoto(uploaded(bytes, claims), 1, LIMITS);
  } catch (error) {
    if (error instanceof PhotoError) return { code: error.code, photo: error.photo, message: error.message };
    throw error;
  }
  return undefined;
}

describe('inspectPhoto and the declared type', () => {
  it.each([
    ['jpeg', 'image/jpeg', 'IMG_0001.JPG'],
    ['jpeg', 'image/pjpeg; q=1', 'photo.jfif'],
    ['jpeg', '', 'rose.jpeg'],
    ['png', 'image/png', 'Rose.PNG'],
    ['png', 'image/apng', 'rose.apng'],
    ['webp', 'IMAGE/WEBP', 'rose.webp'],
    ['gif', 'application/octet-stream', 'rose.gif'],
    ['jpeg', 'image/jpeg', ''],
    ['jpeg', 'image/jpeg', '1000012345'],
    ['jpeg', 'image/jpeg', 'Screenshot 2026-05-01 at 10.30'],
    ['png', 'image/png', 'archive.tar.png'],
    ['jpeg', 'image/heic', 'IMG_1.HEIC'],
    ['png', '', 'rose.jpg'],
    ['webp', '*/*', 'rose.heic'],
    ['gif', 'multipart/form-data', 'Monstera.deliciosa'],
  ] as const)('accepts a %s declared as "%s" with the name "%s"', (type, declaredType, name) => {
    const photo = uploaded(VALID[type], { name, declaredType });
    expect(inspectPhoto(photo, 0, LIMITS)).toEqual({
      hash: photo.hash,
      name,
      type,
      ...SMALL,
      frames: 1,
      isRepaired: false,
      data: VALID[type],
    });
  });

  it.each([
    [
      'jpeg',
      'image/png',
      'rose.jpg',
      'Photo 2 was sent as another type of file, but is a JPEG. Please send it as image/jpeg.',
    ],
    [
      'png',
      'text/html',
      'rose.png',
      'Photo 2 was sent as another type of file, but is a PNG. Please send it as image/png.',
    ],
    ['gif', '', 'shell.gif.PHP', 'The name of photo 2 ends in .php, but it is a GIF. Please rename it and try again.'],
    [
      'jpeg',
      '',
      '.bashrc',
      'The name of photo 2 starts with a dot, like that of a hidden file. Please rename it and try again.',
    ],
  ] as const)('refuses a %s declared as "%s" with the name "%s"', (type, declaredType, name, message) => {
    expect(refused(VALID[type], { name, declaredType })).toEqual({ code: 'photo_type', photo: 1, message });
  });

  it.each([
    ['text', 'I am a photo, believe me.'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['TIFF', 'II*\0\b\0\0\0and more of it'],
    ['PDF', '%PDF-1.7\nand more of it'],
    ['a wrong GIF version', 'GIF88a and more of it'],
    ['other RIFF', 'RIFF\x10\0\0\0WAVE'],
    ['other ISO media', '\0\0\0\x18ftypisom\0\0\0\0'],
    ['text behind the start of a JPEG', '\xff\xd8<html>\xff\xc0 and more of it'],
    ['eleven bytes', '\xff\xd8\xff\xe0\0\0\0\0\0\0\0'],
  ])('refuses %s with the name photo.jpg', (_, text) => {
    expect(refused(Buffer.from(text, 'latin1'), { name: 'photo.jpg', declaredType: 'image/jpeg' })).toEqual({
      code: 'photo_type',
      photo: 1,
      message: 'Photo 2 is not a picture we can read. Please choose a JPEG, PNG, WebP or GIF.',
    });
  });

  it.each([
    ['HEIC', 'heic', ''],
    ['HEIC', 'heix', ''],
    ['HEIC', 'mif1', 'mif1heic'],
    ['AVIF', 'avif', ''],
    ['AVIF', 'avis', ''],
    ['AVIF', 'mif1', 'mif1miafavif'],
  ])('names %s (brand %s) in the refusal and says what to do', (format, major, compatible) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(16 + compatible.length);
    const box = Buffer.concat([size, Buffer.from(`ftyp${major}\0\0\0\0${compatible}moov`, 'latin1')]);
    expect(refused(box, { name: 'IMG_1.HEIC' })).toEqual({
      code: 'photo_type',
      photo: 1,
      message: `Photo 2 is in the ${format} format, which we cannot read yet. Please save it as a JPEG and try again.`,
    });
  });
});

describe('inspectPhoto and the limits', () => {
  const tooLarge = (message: string) => ({ code: 'photo_too_large', photo: 1, message });

  it('accepts exactly 10 MB and refuses one byte more', () => {
    const jpeg = Buffer.alloc(LIMITS.maxBytes);
    VALID.jpeg.copy(jpeg);
    expect(refused(jpeg)).toBeUndefined();
    const more = Buffer.concat([jpeg, Buffer.alloc(1)]);
    expect(refused(more)).toEqual(tooLarge('Photo 2 is 10.1 MB; 10 MB is the most.'));
  });

  it('refuses a side of more than 10000 pixels', () => {
    expect(refused(makeJpeg({ width: 10_000, height: 8 }))).toBeUndefined();
    const message = 'Photo 2 is 10001 pixels on its longer side; 10000 is the most.';
    expect(refused(makeJpeg({ width: 8, height: 10_001 }))).toEqual(tooLarge(message));
  });

  it('refuses more than 89 megapixels in any format', () => {
    expect(refused(makeJpeg({ width: 10_000, height: 8900 }))).toBeUndefined();
    const message = 'Photo 2 has 89.1 megapixels (10000 × 8901); 89 is the most.';
    expect(refused(makeJpeg({ width: 10_000, height: 8901 }))).toEqual(tooLarge(message));
    expect(refused(makePng({ width: 10_000, height: 8901 }))).toEqual(tooLarge(message));
  });

  it.each([
    ['JPEG', makeJpeg({ width: 20_000, height: 20_000 })],
    ['PNG', makePng({ width: 20_000, height: 20_000 })],
    ['GIF', makeGif({ width: 20_000, height: 20_000 })],
    ['WebP', makeWebp(extended({ width: 20_000, height: 20_000 }), lossy(SMALL))],
  ])('refuses a %s that declares 20000 × 20000', (_, bytes) => {
    const message = 'Photo 2 is 20000 pixels on its longer side; 10000 is the most.';
    expect(refused(bytes)).toEqual(tooLarge(message));
  });

  it('refuses a GIF with a large canvas only in its header, which libvips does not check', () => {
    const message = 'Photo 2 is 65535 pixels on its longer side; 10000 is the most.';
    expect(refused(makeGif({ width: 65_535, height: 65_535 }))).toEqual(tooLarge(message));
  });

  it('multiplies pixels by frames', () => {
    const side = { width: 1000, height: 1000 };
    expect(
      refused(
        makeGif(
          side,
          Array.from({ length: 89 }, () => side),
        ),
      ),
    ).toBeUndefined();
    const message = 'Photo 2 has 90 megapixels (1000 × 1000, 90 times); 89 is the most.';
    expect(
      refused(
        makeGif(
          side,
          Array.from({ length: 90 }, () => side),
        ),
      ),
    ).toEqual(tooLarge(message));
  });

  it('refuses an animation of more than 500 frames', () => {
    const one = { width: 1, height: 1 };
    const animation = (frames: number) =>
      makeWebp(extended(one), ...Array.from({ length: frames }, () => animationFrame(one)));
    expect(refused(animation(500))).toBeUndefined();
    const message = 'Photo 2 has 60000 frames; 500 is the most. A still picture works best.';
    expect(refused(animation(60_000))).toEqual(tooLarge(message));
  });

  it('refuses a JPEG of more than 64 scans', () => {
    expect(refused(makeJpeg({ ...SMALL, progressive: true, scans: 64 }))).toBeUndefined();
    const message = 'Photo 2 has 2600 scans; 64 is the most. Please save it as a plain JPEG.';
    expect(refused(makeJpeg({ ...SMALL, progressive: true, scans: 2600 }))).toEqual(tooLarge(message));
  });

  it('refuses a photo that makes a decoder hold more than 200 MB', () => {
    const large = { width: 8000, height: 8000 };
    expect(refused(makeJpeg({ ...large, progressive: true }))).toBeUndefined();
    expect(refused(makePng({ ...large, colour: 2, interlaced: true }))).toBeUndefined();
    const full = [
      [1, 1],
      [1, 1],
      [1, 1],
    ] as const;
    const remedy = 'Please save it as a plain JPEG, not a progressive one, or make it smaller.';
    const message = (megabytes: number) =>
      tooLarge(`Photo 2 would take ${megabytes} MB of memory to open; 200 MB is the most. ${remedy}`);
    expect(refused(makeJpeg({ ...large, progressive: true, sampling: full }))).toEqual(message(384));
    expect(refused(makePng({ ...large, colour: 6, interlaced: true }))).toEqual(message(256));
    expect(refused(makeWebp(lossless(large)))).toEqual(message(256));
    expect(refused(makeGif(large))).toEqual(message(256));
  });
});

describe('inspectPhoto and the decode time', () => {
  const refusedFor = (what: string, megapixels: number, most: number) => ({
    code: 'photo_too_large',
    photo: 1,
    message: `Photo 2 has ${megapixels} megapixels in a ${what}; ${most} is the most. Please save it as a plain JPEG, or make it smaller.`,
  });
  const full = [
    [1, 1],
    [1, 1],
    [1, 1],
  ] as const;

  it('refuses a photo that takes a core more than a second, and says how large it may be', () => {
    const deep = { colour: 6, depth: 16 };
    expect(refused(makePng({ width: 7_000, height: 4_000, ...deep }))).toBeUndefined();
    expect(refused(makePng({ width: 7_200, height: 4_000, ...deep }))).toEqual(
      refusedFor('transparent 16-bit PNG', 28.8, 28.5),
    );
    expect(refused(makePng({ width: 7_000, height: 6_000, colour: 6, interlaced: true }))).toEqual(
      refusedFor('transparent interlaced PNG', 42, 41.6),
    );
    const scans = { width: 8_000, height: 4_150, progressive: true, sampling: full };
    expect(refused(makeJpeg({ ...scans, scans: 10 }))).toBeUndefined();
    expect(refused(makeJpeg({ ...scans, scans: 64 }))).toEqual(refusedFor('JPEG of 64 scans', 33.2, 30.9));
  });

  it('accepts plain photos up to the limit on pixels, even at 200 megapixels', () => {
    const generous = { ...LIMITS, maxSide: 30_000, maxPixels: 200_000_000 };
    const large = { width: 20_000, height: 10_000 };
    for (const bytes of [makeJpeg(large), ...[0, 2, 3, 4, 6].map((colour) => makePng({ ...large, colour }))]) {
      expect(inspectPhoto(uploaded(bytes), 0, generous)).toMatchObject(large);
    }
  });
});

describe('inspectPhoto of damaged and hostile files', () => {
  it('names an empty and a truncated photo', () => {
    expect(refused(Buffer.alloc(0))).toEqual({ code: 'photo_undecodable', photo: 1, message: 'Photo 2 is empty.' });
    for (const bytes of Object.values(VALID)) {
      expect(refused(bytes.subarray(0, bytes.length - 2))).toEqual({
        code: 'photo_undecodable',
        photo: 1,
        message: 'Photo 2 could not be read: the file ends before the picture does. Please try another photo.',
      });
    }
  });

  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('cuts bytes behind a %s', (type) => {
    const polyglot = Buffer.concat([VALID[type], Buffer.from('<?php system($_GET[0]); ?>PK\x03\x04', 'latin1')]);
    expect(inspectPhoto(uploaded(polyglot), 0, LIMITS).data).toEqual(VALID[type]);
  });

  it('drops two gigabytes of text in compressed chunks', () => {
    const text = compressedText(49 * 1024 * 1024);
    const bomb = makePng({ width: 1, height: 1, extra: Array.from({ length: 40 }, () => text) });
    expect(inspectPhoto(uploaded(bomb), 0, LIMITS).data).toEqual(makePng({ width: 1, height: 1 }));
  });

  it.each([
    ['tiny PNG chunks', makePng({ ...SMALL, extra: [many(chunk('tEXt', Buffer.alloc(0)))] })],
    ['PNG chunks that may come once', makePng({ ...SMALL, extra: [many(chunk('sBIT', Buffer.alloc(0)))] })],
    ['stuffed JPEG bytes', makeJpeg({ ...SMALL, entropy: many(Buffer.from([0xff, 0x00])) })],
    [
      'JPEG markers just behind the bytes that are compared one by one',
      makeJpeg({ ...SMALL, entropy: many(Buffer.from(`\xff\0${'x'.repeat(9)}`, 'latin1')) }),
    ],
    [
      'stray JPEG bytes',
      Buffer.concat([VALID.jpeg.subarray(0, 21), many(Buffer.from([0xff, 0x00])), VALID.jpeg.subarray(21)]),
    ],
    ['GIF padding', Buffer.concat([makeGif(SMALL).subarray(0, -1), many(Buffer.alloc(1))])],
    ['tiny WebP chunks', makeWebp(lossy(SMALL), many(Buffer.from('junk\0\0\0\0', 'latin1')))],
  ])('reads 10 MB of %s in less than a second', async (_, bytes) => {
    expect(await cpuTimeOf(() => expect(refused(bytes)).toBeUndefined())).toBeLessThan(1_000);
  });

  it.each([
    ['JPEG scan headers', makeJpeg({ ...SMALL, scans: 600_000, range: [0, 0, 0] })],
    [
      'stray JPEG bytes',
      Buffer.concat([
        VALID.jpeg.subarray(0, 21),
        many(Buffer.from('\0\xff\xfe\0\x02', 'latin1')),
        VALID.jpeg.subarray(21),
      ]),
    ],
    [
      'GIF padding',
      Buffer.concat([VALID.gif.subarray(0, 19), many(Buffer.from('\0\x21\xfe\0', 'latin1')), VALID.gif.subarray(19)]),
    ],
  ])('refuses to repair 10 MB of wrong %s', async (_, bytes) => {
    const refuse = () => expect(refused(bytes)).toMatchObject({ code: 'photo_undecodable' });
    expect(await cpuTimeOf(refuse)).toBeLessThan(1_000);
  });

  it('returns a photo or throws a PhotoError for random bytes behind a valid signature', () => {
    const starts = Object.values(VALID).map((bytes) => bytes.subarray(0, 16));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, tail) => {
        expect(() => refused(Buffer.concat([start, tail]))).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('returns a photo or throws a PhotoError for every mutation of a valid file', () => {
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'insert') });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(VALID)),
        fc.array(mutation, { maxLength: 6 }),
        (bytes, mutations) => {
          expect(() => refused(mutations.reduce(mutated, bytes))).not.toThrow();
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function many(piece: Buffer): Buffer {
  return Buffer.alloc(Math.floor(9_990_000 / piece.length) * piece.length, piece);
}

function mutated(bytes: Buffer, { at, value, kind }: { at: number; value: number; kind: string }): Buffer {
  const place = at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === 'cut') return head;
  return Buffer.concat([head, Buffer.from([value]), kind === 'set' ? tail.subarray(1) : tail]);
}

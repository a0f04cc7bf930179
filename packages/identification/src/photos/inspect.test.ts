import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PhotoError, type PhotoErrorReason } from '../errors.ts';
import { inspectPhoto } from './inspect.ts';
import { makeGif } from './testing/make-gif.ts';
import { box, grid, ispe, makeHeif } from './testing/make-heif.ts';
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
    if (error instanceof PhotoError) return { code: error.code, photo: error.photo, reason: error.reason };
    throw error;
  }
  return undefined;
}

describe('inspectPhoto and the declared type', () => {
  it.each([
    { type: 'jpeg', declaredType: 'image/jpeg', name: 'IMG_0001.JPG' },
    { type: 'jpeg', declaredType: 'image/pjpeg; q=1', name: 'photo.jfif' },
    { type: 'jpeg', declaredType: '', name: 'rose.jpeg' },
    { type: 'png', declaredType: 'image/png', name: 'Rose.PNG' },
    { type: 'png', declaredType: 'image/apng', name: 'rose.apng' },
    { type: 'webp', declaredType: 'IMAGE/WEBP', name: 'rose.webp' },
    { type: 'gif', declaredType: 'application/octet-stream', name: 'rose.gif' },
    { type: 'jpeg', declaredType: 'image/jpeg', name: '' },
    { type: 'jpeg', declaredType: 'image/jpeg', name: '1000012345' },
    { type: 'jpeg', declaredType: 'image/jpeg', name: 'Screenshot 2026-05-01 at 10.30' },
    { type: 'png', declaredType: 'image/png', name: 'archive.tar.png' },
    { type: 'jpeg', declaredType: 'image/heic', name: 'IMG_1.HEIC' },
    { type: 'png', declaredType: '', name: 'rose.jpg' },
    { type: 'webp', declaredType: '*/*', name: 'rose.heic' },
    { type: 'gif', declaredType: 'multipart/form-data', name: 'Monstera.deliciosa' },
  ] as const)('accepts a $type declared as "$declaredType" with the name "$name"', ({ type, declaredType, name }) => {
    const photo = uploaded(VALID[type], { name, declaredType });
    expect(inspectPhoto(photo, 0, LIMITS)).toEqual({
      hash: photo.hash,
      name,
      type,
      ...SMALL,
      frames: 1,
      rasterBytes: expect.any(Number) as unknown,
      isRepaired: false,
      data: VALID[type],
    });
  });

  it.each([
    { type: 'jpeg', declaredType: 'image/png', name: 'rose.jpg', reason: { type: 'other_media_type', format: 'jpeg' } },
    { type: 'png', declaredType: 'text/html', name: 'rose.png', reason: { type: 'other_media_type', format: 'png' } },
    {
      type: 'gif',
      declaredType: '',
      name: 'shell.gif.PHP',
      reason: { type: 'other_file_ending', format: 'gif', ending: 'php' },
    },
    { type: 'jpeg', declaredType: '', name: '.bashrc', reason: { type: 'dot_file' } },
  ] as const)(
    'refuses a $type declared as "$declaredType" with the name "$name"',
    ({ type, declaredType, name, reason }) => {
      expect(refused(VALID[type], { name, declaredType })).toEqual({ code: 'photo_type', photo: 1, reason });
    },
  );

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
      reason: { type: 'unknown_format' },
    });
  });

  it('names the missing decoder of a HEIC', () => {
    const heic = makeHeif({ items: [{ type: 'hvc1', properties: [ispe(40, 30)], data: Buffer.alloc(9) }] });
    const inspect = (isInstalled: boolean) =>
      inspectPhoto(uploaded(heic), 1, LIMITS, { hasHeicDecoder: () => isInstalled });
    expect(inspect(true)).toMatchObject({ type: 'heic', width: 40, height: 30 });
    expect(() => inspect(false)).toThrow(
      expect.objectContaining({ code: 'photo_type', reason: { type: 'no_decoder', format: 'heic' } }),
    );
  });
});

describe('inspectPhoto and the limits', () => {
  const tooLarge = (reason: PhotoErrorReason) => ({ code: 'photo_too_large', photo: 1, reason });

  it('accepts exactly 10 MB and refuses one byte more', () => {
    const jpeg = Buffer.alloc(LIMITS.maxBytes);
    VALID.jpeg.copy(jpeg);
    expect(refused(jpeg)).toBeUndefined();
    const more = Buffer.concat([jpeg, Buffer.alloc(1)]);
    expect(refused(more)).toEqual(tooLarge({ type: 'bytes', bytes: LIMITS.maxBytes + 1, max: LIMITS.maxBytes }));
  });

  it('refuses a side of more than 10000 pixels', () => {
    expect(refused(makeJpeg({ width: 10_000, height: 8 }))).toBeUndefined();
    const reason = { type: 'side', pixels: 10_001, max: 10_000 } as const;
    expect(refused(makeJpeg({ width: 8, height: 10_001 }))).toEqual(tooLarge(reason));
  });

  it('refuses more than 89 megapixels in any format', () => {
    expect(refused(makeJpeg({ width: 10_000, height: 8900 }))).toBeUndefined();
    const reason = { type: 'pixels', width: 10_000, height: 8901, frames: 1, max: 89_000_000 } as const;
    expect(refused(makeJpeg({ width: 10_000, height: 8901 }))).toEqual(tooLarge(reason));
    expect(refused(makePng({ width: 10_000, height: 8901 }))).toEqual(tooLarge(reason));
  });

  it.each([
    ['JPEG', makeJpeg({ width: 20_000, height: 20_000 })],
    ['PNG', makePng({ width: 20_000, height: 20_000 })],
    ['GIF', makeGif({ width: 20_000, height: 20_000 })],
    ['WebP', makeWebp(extended({ width: 20_000, height: 20_000 }), lossy(SMALL))],
  ])('refuses a %s that declares 20000 × 20000', (_, bytes) => {
    expect(refused(bytes)).toEqual(tooLarge({ type: 'side', pixels: 20_000, max: 10_000 }));
  });

  it('refuses a GIF with a large canvas only in its header, which libvips does not check', () => {
    const reason = { type: 'side', pixels: 65_535, max: 10_000 } as const;
    expect(refused(makeGif({ width: 65_535, height: 65_535 }))).toEqual(tooLarge(reason));
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
    expect(
      refused(
        makeGif(
          side,
          Array.from({ length: 90 }, () => side),
        ),
      ),
    ).toEqual(tooLarge({ type: 'pixels', ...side, frames: 90, max: 89_000_000 }));
  });

  it('refuses an animation of more than 500 frames', () => {
    const one = { width: 1, height: 1 };
    const animation = (frames: number) =>
      makeWebp(extended(one), ...Array.from({ length: frames }, () => animationFrame(one)));
    expect(refused(animation(500))).toBeUndefined();
    expect(refused(animation(60_000))).toEqual(tooLarge({ type: 'frames', frames: 60_000, max: 500 }));
  });

  it('refuses a JPEG of more than 64 scans', () => {
    expect(refused(makeJpeg({ ...SMALL, progressive: true, scans: 64 }))).toBeUndefined();
    const reason = { type: 'scans', scans: 2600, max: 64 } as const;
    expect(refused(makeJpeg({ ...SMALL, progressive: true, scans: 2600 }))).toEqual(tooLarge(reason));
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
    const needs = (bytes: number) => tooLarge({ type: 'decode_memory', bytes, max: 200_000_000 });
    expect(refused(makeJpeg({ ...large, progressive: true, sampling: full }))).toEqual(needs(384_000_000));
    expect(refused(makePng({ ...large, colour: 6, interlaced: true }))).toEqual(needs(256_000_000));
    expect(refused(makeWebp(lossless(large)))).toEqual(needs(256_000_000));
    expect(refused(makeGif(large))).toEqual(needs(256_000_000));
  });
});

describe('inspectPhoto and the limits of one format', () => {
  const avif = (width: number, height: number) =>
    makeHeif({ brand: 'avif', items: [{ type: 'av01', properties: [ispe(width, height)], data: Buffer.alloc(9) }] });

  it('accepts an AVIF of 12 megapixels, and says how large one may be', () => {
    expect(refused(avif(4_000, 3_000))).toBeUndefined();
    expect(refused(avif(4_000, 3_001))).toEqual({
      code: 'photo_too_large',
      photo: 1,
      reason: { type: 'format_pixels', format: 'avif', width: 4_000, height: 3_001, max: 12_000_000 },
    });
  });

  type Pair = readonly [number, number];
  /** Makes a grid of `rows` x `columns` tiles. */
  function mosaic(brand: 'avif' | 'heic', [rows, columns]: Pair, [width, height]: Pair, tile: Pair) {
    const type = brand === 'avif' ? 'av01' : 'hvc1';
    const tiles = Array.from({ length: rows * columns }, () => ({
      type,
      properties: [ispe(...tile)],
      data: Buffer.alloc(9),
    }));
    const parts = tiles.map((_, i) => i + 2);
    const picture = {
      type: 'grid',
      properties: [ispe(width, height)],
      data: grid(rows, columns, width, height),
      parts,
    };
    return makeHeif({ brand, items: [picture, ...tiles] });
  }

  it('are judged by their tiles when these are much larger than the picture', () => {
    const tooLarge = (width: number, height: number) => ({
      code: 'photo_too_large',
      reason: { type: 'format_pixels', format: 'avif', width, height, max: 12_000_000 },
    });
    expect(refused(mosaic('avif', [1, 1], [64, 64], [8_000, 8_000]))).toMatchObject(tooLarge(8_000, 8_000));
    expect(refused(mosaic('avif', [1, 2], [3_001, 64], [3_000, 3_000]))).toMatchObject(tooLarge(6_000, 3_000));
    expect(refused(mosaic('avif', [2, 2], [3_001, 3_001], [3_000, 3_000]))).toMatchObject(tooLarge(6_000, 6_000));
  });

  it('may have tiles that reach beyond the picture, as phones write them, and need memory for all of them', () => {
    expect(refused(mosaic('heic', [6, 8], [8_064, 6_048], [1_024, 1_024]))).toBeUndefined();
    expect(refused(mosaic('avif', [8, 6], [3_000, 4_000], [512, 512]))).toBeUndefined();
    const small = inspectPhoto(uploaded(mosaic('avif', [1, 1], [100, 100], [512, 512])), 1, LIMITS);
    expect(small.rasterBytes).toBe(512 * 512 * 19 + 30_000_000);
  });

  it('names moving pictures and rare variants of a format', () => {
    const moving = Buffer.concat([avif(40, 30), box('moov')]);
    expect(refused(moving)).toMatchObject({ code: 'photo_type', reason: { type: 'sequence', format: 'avif' } });
    const rare = makeJpeg(SMALL);
    rare[3] = 0xc3;
    expect(refused(rare)).toMatchObject({
      code: 'photo_undecodable',
      reason: { type: 'unsupported_kind', format: 'jpeg' },
    });
  });
});

describe('inspectPhoto and the decode time', () => {
  /** `max`: the limit in pixels, rounded. */
  const refusedFor = (reason: object, max: number) => ({
    code: 'photo_too_large',
    photo: 1,
    reason: { type: 'decode_time', scans: 1, traits: [], ...reason, max: expect.closeTo(max, 0) as unknown },
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
      refusedFor({ format: 'png', traits: ['transparent', '16-bit'], pixels: 28_800_000 }, 28_571_429),
    );
    expect(refused(makePng({ width: 7_000, height: 6_000, colour: 6, interlaced: true }))).toEqual(
      refusedFor({ format: 'png', traits: ['transparent', 'interlaced'], pixels: 42_000_000 }, 41_666_667),
    );
    const scans = { width: 8_000, height: 4_150, progressive: true, sampling: full };
    expect(refused(makeJpeg({ ...scans, scans: 10 }))).toBeUndefined();
    expect(refused(makeJpeg({ ...scans, scans: 64 }))).toEqual(
      refusedFor({ format: 'jpeg', scans: 64, pixels: 33_200_000 }, 30_902_349),
    );
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
    expect(refused(Buffer.alloc(0))).toEqual({ code: 'photo_undecodable', photo: 1, reason: { type: 'empty' } });
    for (const bytes of Object.values(VALID)) {
      expect(refused(bytes.subarray(0, bytes.length - 2))).toEqual({
        code: 'photo_undecodable',
        photo: 1,
        reason: { type: 'unreadable', fault: 'truncated' },
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

import { describe, expect, it } from 'vitest';
import { readJpeg } from './formats/jpeg.ts';
import type { PhotoType } from './formats/photo-formats.ts';
import { readPng } from './formats/png.ts';
import type { Fault, Structure } from './formats/structure.ts';
import { decodeCost } from './inspect.ts';
import { type JpegShape, makeJpeg } from './testing/make-jpeg.ts';
import { colourProfile, makePng, type PngShape } from './testing/make-png.ts';

const LARGE = { width: 10_000, height: 8_900 };
const SEVEN = { width: 3_500, height: 2_000 };

function costOf(type: PhotoType, structure: Structure | Fault) {
  if ('fault' in structure) throw new Error(structure.fault);
  const { heldBytes, isPlain, ms } = decodeCost(type, structure);
  return { heldBytes, isPlain, ms: Math.round(ms) };
}
const png = (shape: PngShape) => costOf('png', readPng(makePng(shape)));
const jpeg = (shape: JpegShape) => costOf('jpeg', readJpeg(makeJpeg(shape)));

describe('the decode cost of a PNG', () => {
  it.each([
    { name: 'grey', shape: { colour: 0 }, ms: 356 },
    { name: 'RGB', shape: { colour: 2 }, ms: 356 },
    { name: 'palette', shape: { colour: 3 }, ms: 356 },
    { name: 'RGB with alpha', shape: { colour: 6 }, ms: 1157 },
  ])('with 8 bits and 89 megapixels in $name is plain', ({ shape, ms }) => {
    expect(png({ ...LARGE, ...shape })).toEqual({ heldBytes: 0, isPlain: true, ms });
  });

  it('has more time with 16 bits, and interlaced also more memory', () => {
    const rgb = { ...SEVEN, colour: 2 };
    expect(png({ ...rgb, depth: 16 })).toEqual({ heldBytes: 0, isPlain: false, ms: 182 });
    expect(png({ ...rgb, interlaced: true })).toEqual({ heldBytes: 21_000_000, isPlain: false, ms: 105 });
    const both = { ...SEVEN, colour: 6, depth: 16, interlaced: true };
    expect(png(both)).toEqual({ heldBytes: 56_000_000, isPlain: false, ms: 322 });
  });

  it('is higher with a colour profile, which is not applied to more than 16 megapixels', () => {
    const extra = [colourProfile(Buffer.alloc(500))];
    expect(png({ ...SEVEN, colour: 2, extra })).toEqual({ heldBytes: 0, isPlain: true, ms: 203 });
    expect(png({ width: 4_000, height: 4_000, colour: 2, extra }).ms).toBe(464);
    expect(png({ width: 4_000, height: 4_001, colour: 2, extra }).ms).toBe(64);
  });
});

describe('the decode cost of a JPEG', () => {
  it('with one pass is plain', () => {
    expect(jpeg(LARGE)).toEqual({ heldBytes: 0, isPlain: true, ms: 178 });
  });

  it('with several passes has time for each coefficient and scan', () => {
    const progressive = { ...SEVEN, progressive: true };
    expect(jpeg({ ...progressive, scans: 10 })).toEqual({ heldBytes: 21_000_000, isPlain: false, ms: 75 });
    expect(jpeg({ ...progressive, scans: 64 })).toEqual({ heldBytes: 21_000_000, isPlain: false, ms: 120 });
  });
});

import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chunk, colourProfile, compressedText, makePng } from '../testing/make-png.ts';
import { readPng } from './png.ts';
import { DAMAGED, joinPieces, TRUNCATED } from './structure.ts';

const SMALL = { width: 20, height: 10 };

/** Returns the types of a PNG's chunks, in order. */
function typesOf(png: Buffer): string[] {
  const read = readPng(png);
  if ('fault' in read) throw new Error(read.fault);
  const data = joinPieces(png, read.pieces);
  const types: string[] = [];
  for (let at = 8; at < data.length; at += 12 + data.readUInt32BE(at)) {
    types.push(data.toString('latin1', at + 4, at + 8));
  }
  return types;
}

describe('readPng', () => {
  it('keeps a plain file unchanged', () => {
    const png = makePng(SMALL);
    const whole = [{ from: 0, to: png.length }];
    expect(readPng(png)).toMatchObject({ ...SMALL, frames: 1, heldBytes: 0, pieces: whole });
    expect(joinPieces(png, whole).buffer).toBe(png.buffer);
  });

  it('drops text, animation and unknown chunks at every place', () => {
    const flood = Array.from({ length: 40 }, () => compressedText(1_000_000));
    const others = ['tEXt', 'iTXt', 'acTL', 'fcTL', 'fdAT', 'pHYs', 'tIME', 'zzZz'].map((type) =>
      chunk(type, Buffer.alloc(8)),
    );
    const extra = [...flood, chunk('gAMA', Buffer.alloc(4)), ...others, chunk('sRGB', Buffer.alloc(1)), ...others];
    expect(typesOf(makePng({ ...SMALL, extra }))).toEqual(['IHDR', 'gAMA', 'sRGB', 'IDAT', 'IEND']);
  });

  it('keeps a common colour profile and orientation, once each', () => {
    const extra = [colourProfile(randomBytes(3144)), chunk('eXIf', Buffer.alloc(200))];
    const types = ['IHDR', 'iCCP', 'eXIf', 'IDAT', 'IEND'];
    expect(typesOf(makePng({ ...SMALL, extra: [...extra, ...extra] }))).toEqual(types);
  });

  it('drops a colour profile that inflates beyond 1 MB, does not inflate, or has no name', () => {
    const bad = [
      colourProfile(Buffer.alloc(49_000_000)),
      chunk('iCCP', Buffer.from('icc\0\0not deflate', 'latin1')),
      chunk('iCCP', Buffer.alloc(100, 0x41)),
    ];
    for (const profile of bad) {
      expect(typesOf(makePng({ ...SMALL, extra: [profile] }))).toEqual(['IHDR', 'IDAT', 'IEND']);
    }
  });

  it('estimates the bytes that a decoder holds for an interlaced picture', () => {
    const held = (colour: number, depth: number, extra: Buffer[] = []) =>
      readPng(makePng({ ...SMALL, colour, depth, interlaced: true, extra }));
    expect(held(0, 1)).toMatchObject({ heldBytes: 200 });
    expect(held(2, 8)).toMatchObject({ heldBytes: 600 });
    expect(held(6, 16)).toMatchObject({ heldBytes: 1600 });
    expect(held(3, 8, [chunk('PLTE', Buffer.alloc(6)), chunk('tRNS', Buffer.alloc(2))])).toMatchObject({
      heldBytes: 800,
    });
  });

  it('cuts bytes behind IEND', () => {
    const png = makePng(SMALL);
    expect(readPng(Buffer.concat([png, Buffer.from('<script>alert(1)</script>')]))).toMatchObject({
      pieces: [{ from: 0, to: png.length }],
    });
  });

  it('reports every prefix of a file as truncated', () => {
    const png = makePng(SMALL);
    for (let length = 12; length < png.length; length += 1) {
      expect(readPng(png.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('refuses structures that no encoder writes', () => {
    const header = chunk('IHDR', Buffer.alloc(13));
    const png = makePng(SMALL);
    expect(readPng(makePng({ width: 0, height: 10 })), 'no width').toEqual(DAMAGED);
    expect(readPng(makePng({ ...SMALL, colour: 5 })), 'no such colour type').toEqual(DAMAGED);
    expect(readPng(makePng({ ...SMALL, extra: [header] })), 'two headers').toEqual(DAMAGED);
    expect(readPng(makePng({ ...SMALL, extra: [chunk('CgBI', Buffer.alloc(4))] })), 'unknown critical').toEqual(
      DAMAGED,
    );
    expect(readPng(makePng({ ...SMALL, extra: [chunk('PLTE', Buffer.alloc(999))] })), 'long palette').toEqual(DAMAGED);
    expect(readPng(makePng({ ...SMALL, extra: [chunk('IEND', Buffer.alloc(0))] })), 'no picture').toEqual(DAMAGED);
    expect(readPng(Buffer.concat([png.subarray(0, 8), png.subarray(33)])), 'no header').toEqual(DAMAGED);
    const apart = ['IDAT', 'tEXt', 'IDAT'].map((type) => chunk(type, Buffer.alloc(1)));
    expect(readPng(makePng({ ...SMALL, extra: apart })), 'picture data apart').toEqual(DAMAGED);
  });
});

import { describe, expect, it } from 'vitest';
import { animationFrame, extended, lossless, lossy, makeWebp, riffChunk } from '../testing/make-webp.ts';
import { DAMAGED, TRUNCATED } from './structure.ts';
import { readWebp } from './webp.ts';

const SMALL = { width: 640, height: 480 };

describe('readWebp', () => {
  it('finds the size of lossy, lossless and extended pictures, which a decoder holds completely', () => {
    const expected = { ...SMALL, frames: 1, heldBytes: 640 * 480 * 4 };
    expect(readWebp(makeWebp(lossy(SMALL)))).toMatchObject(expected);
    expect(readWebp(makeWebp(lossless(SMALL)))).toMatchObject(expected);
    expect(readWebp(makeWebp(extended(SMALL), lossy(SMALL)))).toMatchObject(expected);
  });

  it('reads the largest possible size', () => {
    const largest = { width: 16_384, height: 16_384 };
    expect(readWebp(makeWebp(lossless(largest)))).toMatchObject(largest);
  });

  it('ignores the scaling hint of a lossy size', () => {
    expect(readWebp(makeWebp(lossy({ width: 640 | 0x4000, height: 480 | 0xc000 })))).toMatchObject(SMALL);
  });

  it('counts the frames of an animation', () => {
    const frames = Array.from({ length: 60_000 }, () => animationFrame({ width: 1, height: 1 }));
    expect(readWebp(makeWebp(extended(SMALL), ...frames))).toMatchObject({ ...SMALL, frames: 60_000 });
  });

  it('finds a large picture in a small canvas', () => {
    const large = { width: 9000, height: 9000 };
    expect(readWebp(makeWebp(extended({ width: 1, height: 1 }), lossless(large)))).toMatchObject(large);
    expect(readWebp(makeWebp(extended({ width: 1, height: 1 }), animationFrame(large)))).toMatchObject(large);
  });

  it('cuts bytes behind the RIFF', () => {
    const webp = makeWebp(lossy(SMALL));
    expect(readWebp(Buffer.concat([webp, Buffer.from('<?php')]))).toMatchObject({
      pieces: [{ from: 0, to: webp.length }],
    });
  });

  it('reports every prefix of a file as truncated', () => {
    const webp = makeWebp(extended(SMALL), lossy(SMALL));
    for (let length = 12; length < webp.length; length += 1) {
      expect(readWebp(webp.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('reports a chunk that is longer than its RIFF as truncated', () => {
    const webp = makeWebp(lossy(SMALL));
    webp.writeUInt32LE(0xffff_ffff, 16);
    expect(readWebp(webp)).toEqual(TRUNCATED);
  });

  it('refuses structures that no encoder writes', () => {
    expect(readWebp(makeWebp()), 'empty').toEqual(DAMAGED);
    expect(readWebp(makeWebp(extended(SMALL))), 'no picture').toEqual(DAMAGED);
    expect(readWebp(makeWebp(riffChunk('VP8 ', Buffer.alloc(10)))), 'no start code').toEqual(DAMAGED);
    expect(readWebp(makeWebp(riffChunk('VP8L', Buffer.alloc(5)))), 'no signature').toEqual(DAMAGED);
    expect(readWebp(makeWebp(riffChunk('VP8L', Buffer.alloc(0)))), 'nothing inside').toEqual(DAMAGED);
    expect(readWebp(makeWebp(riffChunk('ANMF', Buffer.alloc(4)))), 'short frame').toEqual(DAMAGED);
    expect(readWebp(makeWebp(lossy({ width: 0, height: 1 }))), 'no width').toEqual(DAMAGED);
  });
});

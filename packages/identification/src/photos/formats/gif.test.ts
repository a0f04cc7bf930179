import { describe, expect, it } from 'vitest';
import { makeGif } from '../testing/make-gif.ts';
import { readGif } from './gif.ts';
import { DAMAGED, joinPieces, MAX_PIECES, TRUNCATED } from './structure.ts';

const SMALL = { width: 20, height: 10 };

/** Returns the bytes that a decoder gets. */
function taken(bytes: Buffer): Buffer {
  const read = readGif(bytes);
  if ('fault' in read) throw new Error(read.fault);
  return joinPieces(bytes, read.pieces);
}

describe('readGif', () => {
  it('finds size and frames; a decoder holds one canvas', () => {
    const gif = makeGif(SMALL, [SMALL, SMALL, SMALL]);
    expect(readGif(gif)).toMatchObject({ ...SMALL, frames: 3, heldBytes: 800 });
    expect(taken(gif)).toEqual(gif);
  });

  it('uses the larger one of header and frames as the canvas', () => {
    const huge = { width: 65_535, height: 65_535 };
    expect(readGif(makeGif(huge))).toMatchObject(huge);
    expect(readGif(makeGif({ width: 1, height: 1 }, [SMALL, huge]))).toMatchObject(huge);
  });

  it('skips extensions', () => {
    const gif = makeGif(SMALL, [SMALL]);
    const comment = Buffer.from('\x21\xfe\x05<?php\x03 ;,\x00', 'latin1');
    const whole = Buffer.concat([gif.subarray(0, 19), comment, gif.subarray(19)]);
    expect(readGif(whole)).toMatchObject({ ...SMALL, frames: 1 });
    expect(taken(whole)).toEqual(whole);
  });

  it('cuts bytes behind the trailer', () => {
    const gif = makeGif(SMALL);
    expect(taken(Buffer.concat([gif, Buffer.from('PK\x03\x04')]))).toEqual(gif);
  });

  it('reports a file that ends inside a block as truncated', () => {
    const gif = makeGif(SMALL, [SMALL, SMALL]);
    const ends = [19 + 15, gif.length - 1];
    for (let length = 12; length < gif.length; length += 1) {
      if (ends.includes(length)) continue;
      expect(readGif(gif.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('refuses blocks that no encoder writes', () => {
    const gif = makeGif(SMALL);
    expect(readGif(makeGif(SMALL, [])), 'no frame').toEqual(DAMAGED);
    expect(readGif(makeGif({ width: 0, height: 0 }, [{ width: 0, height: 0 }])), 'no size').toEqual(DAMAGED);
    expect(readGif(Buffer.concat([gif.subarray(0, 19), Buffer.from('<?php')])), 'text for a block').toEqual(DAMAGED);
  });
});

describe('readGif of a faulty file', () => {
  const one = { width: 1, height: 1 };
  const gif = makeGif(SMALL, [one, one]);
  const [blocks, trailer] = [gif.subarray(0, -1), gif.subarray(-1)];
  const comment = Buffer.from('\x21\xfe\x05hello\x00', 'latin1');
  const control = Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]);
  const secondFrame = 19 + 15;

  it.each([
    ['a missing trailer', blocks],
    ['a missing trailer behind padding', Buffer.concat([blocks, Buffer.alloc(7)])],
    ['padding before the trailer', Buffer.concat([blocks, Buffer.alloc(1), trailer])],
    ['padding behind the trailer', Buffer.concat([gif, Buffer.alloc(512)])],
    [
      'padding between frames',
      Buffer.concat([gif.subarray(0, secondFrame), Buffer.alloc(3), gif.subarray(secondFrame)]),
    ],
  ])('repairs %s', (_, bytes) => {
    expect(readGif(bytes)).toMatchObject({ ...SMALL, frames: 2 });
    expect(taken(bytes)).toEqual(gif);
  });

  it('repairs a missing trailer behind a comment', () => {
    expect(taken(Buffer.concat([blocks, comment]))).toEqual(Buffer.concat([blocks, comment, trailer]));
  });

  it('does not repair a file that ends inside a block, or where a frame was announced', () => {
    for (let length = 1; length < comment.length; length += 1) {
      expect(readGif(Buffer.concat([blocks, comment.subarray(0, length)])), `${length} bytes`).toEqual(TRUNCATED);
    }
    expect(readGif(Buffer.concat([blocks, control])), 'announced').toEqual(TRUNCATED);
    expect(readGif(Buffer.concat([blocks, control, comment])), 'announced before a comment').toEqual(TRUNCATED);
    expect(readGif(Buffer.concat([blocks, control, trailer])), 'with a trailer').toMatchObject({ frames: 2 });
    expect(readGif(blocks.subarray(0, -1)), 'without the end of its picture data').toEqual(TRUNCATED);
    expect(readGif(Buffer.concat([blocks.subarray(0, -1), trailer])), 'the same with a trailer').toEqual(TRUNCATED);
    expect(readGif(gif.subarray(0, 19)), 'no frame').toEqual(TRUNCATED);
    expect(readGif(Buffer.concat([blocks, Buffer.from('junk')])), 'other bytes').toEqual(DAMAGED);
    const headed = Buffer.concat([gif.subarray(0, 19), Buffer.alloc(2), gif.subarray(19)]);
    expect(readGif(headed), 'zeros before the first frame').toEqual(DAMAGED);
  });

  it('does not repair more faults than an encoder could write', () => {
    const pair = Buffer.concat([Buffer.alloc(1), comment]);
    const pairs = Array.from({ length: MAX_PIECES + 1 }, () => pair);
    expect(readGif(Buffer.concat([blocks, ...pairs, trailer]))).toEqual(DAMAGED);
  });
});

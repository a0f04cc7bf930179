import { describe, expect, it } from 'vitest';
import { readGif } from './gif.ts';
import { DAMAGED, TRUNCATED } from './structure.ts';
import { makeGif } from './testing/make-gif.ts';

const SMALL = { width: 20, height: 10 };

describe('readGif', () => {
  it('finds size and frames; one canvas is held', () => {
    const gif = makeGif(SMALL, [SMALL, SMALL, SMALL]);
    expect(readGif(gif)).toMatchObject({ ...SMALL, frames: 3, heldBytes: 800, data: gif });
  });

  it('takes the larger of header and frames for the canvas', () => {
    const huge = { width: 65_535, height: 65_535 };
    expect(readGif(makeGif(huge))).toMatchObject(huge);
    expect(readGif(makeGif({ width: 1, height: 1 }, [SMALL, huge]))).toMatchObject(huge);
  });

  it('walks over extensions', () => {
    const gif = makeGif(SMALL, [SMALL]);
    const comment = Buffer.from('\x21\xfe\x05<?php\x03 ;,\x00', 'latin1');
    const whole = Buffer.concat([gif.subarray(0, 19), comment, gif.subarray(19)]);
    expect(readGif(whole)).toMatchObject({ ...SMALL, frames: 1, data: whole });
  });

  it('cuts what follows the trailer', () => {
    const gif = makeGif(SMALL);
    expect(readGif(Buffer.concat([gif, Buffer.from('PK\x03\x04')]))).toMatchObject({ data: gif });
  });

  it('calls every beginning of a file truncated', () => {
    const gif = makeGif(SMALL, [SMALL, SMALL]);
    for (let length = 12; length < gif.length; length += 1) {
      expect(readGif(gif.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('refuses what no encoder writes', () => {
    const gif = makeGif(SMALL);
    expect(readGif(makeGif(SMALL, [])), 'no frame').toEqual(DAMAGED);
    expect(readGif(makeGif({ width: 0, height: 0 }, [{ width: 0, height: 0 }])), 'no size').toEqual(DAMAGED);
    expect(readGif(Buffer.concat([gif.subarray(0, 19), Buffer.from('<?php')])), 'text for a block').toEqual(DAMAGED);
  });
});

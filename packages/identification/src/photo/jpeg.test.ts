import { describe, expect, it } from 'vitest';
import { readJpeg } from './jpeg.ts';
import { DAMAGED, TRUNCATED } from './structure.ts';
import { makeJpeg, segment } from './testing/make-jpeg.ts';

const SMALL = { width: 640, height: 480 };

describe('readJpeg', () => {
  it('finds the size and holds nothing for one baseline scan', () => {
    expect(readJpeg(makeJpeg(SMALL))).toMatchObject({ ...SMALL, frames: 1, scans: 1, heldBytes: 0 });
  });

  it('counts the coefficients of a progressive picture: two bytes each, half of the colour ones at 4:2:0', () => {
    const pixels = SMALL.width * SMALL.height;
    expect(readJpeg(makeJpeg({ ...SMALL, progressive: true }))).toMatchObject({ heldBytes: pixels * 1.5 * 2 });
    const full = [
      [1, 1],
      [1, 1],
      [1, 1],
    ] as const;
    expect(readJpeg(makeJpeg({ ...SMALL, progressive: true, sampling: full }))).toMatchObject({
      heldBytes: pixels * 6,
    });
  });

  it('holds the whole picture for a baseline one in several scans', () => {
    expect(readJpeg(makeJpeg({ ...SMALL, scans: 3 }))).toMatchObject({ scans: 3, heldBytes: 640 * 480 * 3 });
  });

  it.each([
    ['lossless', 0xc3],
    ['hierarchical', 0xc5],
    ['arithmetic', 0xc9],
    ['progressive arithmetic', 0xca],
  ])('refuses %s coding, which a decoder may take long for', (_kind, marker) => {
    const jpeg = makeJpeg(SMALL);
    jpeg.writeUInt8(marker, 3);
    expect(readJpeg(jpeg)).toEqual({ fault: 'this kind of JPEG is not supported' });
  });

  it('counts scans, not what looks like one inside compressed data', () => {
    const entropy = Buffer.from([0xff, 0x00, 0xda, 0xff, 0xd0, 0xda, 0xff, 0xff, 0x00, 0x01]);
    expect(readJpeg(makeJpeg({ ...SMALL, scans: 2600, entropy }))).toMatchObject({ scans: 2600 });
  });

  it('finds the end of a scan behind long runs without a marker', () => {
    for (const length of [7, 8, 9, 5000]) {
      const jpeg = makeJpeg({ ...SMALL, entropy: Buffer.alloc(length, 0x2a) });
      expect(readJpeg(jpeg)).toMatchObject({ data: jpeg });
    }
  });

  it('is not led astray by a picture inside a segment', () => {
    const jpeg = makeJpeg(SMALL);
    const thumbnail = segment(0xe1, makeJpeg({ width: 16, height: 16, scans: 9 }));
    const whole = Buffer.concat([jpeg.subarray(0, 2), thumbnail, jpeg.subarray(2)]);
    expect(readJpeg(whole)).toMatchObject({ ...SMALL, scans: 1, data: whole });
  });

  it('cuts what follows the end', () => {
    const jpeg = makeJpeg(SMALL);
    expect(readJpeg(Buffer.concat([jpeg, Buffer.from('<?php echo 1;')]))).toMatchObject({ data: jpeg });
  });

  it('calls every beginning of a file truncated', () => {
    const jpeg = makeJpeg({ ...SMALL, scans: 2 });
    for (let length = 3; length < jpeg.length; length += 1) {
      expect(readJpeg(jpeg.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('refuses what no encoder writes', () => {
    const jpeg = makeJpeg(SMALL);
    const frame = jpeg.subarray(2, 2 + 19);
    const scan = jpeg.subarray(2 + 19);
    const soi = jpeg.subarray(0, 2);
    expect(readJpeg(makeJpeg({ width: 640, height: 0 })), 'height to follow').toEqual(DAMAGED);
    expect(readJpeg(makeJpeg({ ...SMALL, sampling: [[0, 1]] })), 'no sampling').toEqual(DAMAGED);
    expect(readJpeg(makeJpeg({ ...SMALL, sampling: [] })), 'no component').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, frame, frame, scan])), 'two frames').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, scan])), 'a scan without a frame').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, frame, Buffer.from([0xff, 0xd9])])), 'no scan').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, Buffer.from('<html>'), frame, scan])), 'text between segments').toEqual(
      DAMAGED,
    );
    expect(readJpeg(Buffer.concat([soi, soi, frame, scan])), 'two beginnings').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, Buffer.from([0xff, 0xe0, 0, 1]), frame, scan])), 'length 1').toEqual(DAMAGED);
  });
});

import { describe, expect, it } from 'vitest';
import { makeJpeg, segment } from '../testing/make-jpeg.ts';
import { readJpeg } from './jpeg.ts';
import { DAMAGED, joinPieces, MAX_PIECES, TRUNCATED } from './structure.ts';

const SMALL = { width: 640, height: 480 };

/** Returns the bytes that a decoder gets. */
function taken(bytes: Buffer): Buffer {
  const read = readJpeg(bytes);
  if ('fault' in read) throw new Error(read.fault);
  return joinPieces(bytes, read.pieces);
}

describe('readJpeg', () => {
  it('finds the size; a decoder holds nothing for one baseline scan', () => {
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

  it('counts the whole picture as held for a baseline one in several scans', () => {
    expect(readJpeg(makeJpeg({ ...SMALL, scans: 3 }))).toMatchObject({ scans: 3, heldBytes: 640 * 480 * 3 });
  });

  it('drops any number of stray bytes before a marker', () => {
    const jpeg = makeJpeg(SMALL);
    for (let count = 1; count < 40; count += 1) {
      for (const stray of [Buffer.alloc(count), Buffer.alloc(count * 2, Buffer.from([0xff, 0x00]))]) {
        expect(taken(Buffer.concat([jpeg.subarray(0, 2), stray, jpeg.subarray(2)]))).toEqual(jpeg);
      }
    }
  });

  it('finds the end of a scan behind any number of bytes and of fill bytes', () => {
    for (let count = 1; count < 40; count += 1) {
      for (const entropy of [Buffer.alloc(count, 0x2a), Buffer.alloc(count, 0xff)]) {
        const jpeg = makeJpeg({ ...SMALL, entropy });
        expect(taken(Buffer.concat([jpeg, Buffer.from('tail')]))).toEqual(jpeg);
      }
    }
  });

  it.each([
    ['lossless', 0xc3],
    ['hierarchical', 0xc5],
    ['arithmetic', 0xc9],
    ['progressive arithmetic', 0xca],
  ])('refuses %s coding, which a decoder may take long for', (_kind, marker) => {
    const jpeg = makeJpeg(SMALL);
    jpeg.writeUInt8(marker, 3);
    expect(readJpeg(jpeg)).toEqual({ fault: 'unsupported_kind' });
  });

  it('counts scans, but no scan markers inside compressed data', () => {
    const entropy = Buffer.from([0xff, 0x00, 0xda, 0xff, 0xd0, 0xda, 0xff, 0xff, 0x00, 0x01]);
    expect(readJpeg(makeJpeg({ ...SMALL, scans: 2600, entropy }))).toMatchObject({ scans: 2600 });
  });

  it('finds the end of a scan behind long runs without a marker', () => {
    for (const length of [7, 8, 9, 5000]) {
      const jpeg = makeJpeg({ ...SMALL, entropy: Buffer.alloc(length, 0x2a) });
      expect(taken(jpeg)).toEqual(jpeg);
    }
  });

  it('ignores a picture inside a segment', () => {
    const jpeg = makeJpeg(SMALL);
    const thumbnail = segment(0xe1, makeJpeg({ width: 16, height: 16, scans: 9 }));
    const whole = Buffer.concat([jpeg.subarray(0, 2), thumbnail, jpeg.subarray(2)]);
    expect(readJpeg(whole)).toMatchObject({ ...SMALL, scans: 1 });
    expect(taken(whole)).toEqual(whole);
  });

  it('cuts bytes behind EOI', () => {
    const jpeg = makeJpeg(SMALL);
    expect(taken(Buffer.concat([jpeg, Buffer.from('<?php echo 1;')]))).toEqual(jpeg);
  });

  it('reports every prefix of a file as truncated', () => {
    const jpeg = makeJpeg({ ...SMALL, scans: 2 });
    for (let length = 3; length < jpeg.length; length += 1) {
      expect(readJpeg(jpeg.subarray(0, length)), `${length} bytes`).toEqual(TRUNCATED);
    }
  });

  it('refuses structures that no encoder writes', () => {
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
    expect(readJpeg(Buffer.concat([soi, soi, frame, scan])), 'two beginnings').toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([soi, Buffer.from([0xff, 0xe0, 0, 1]), frame, scan])), 'length 1').toEqual(DAMAGED);
  });
});

/** Makes a sequential JPEG with these scans, each with its Ss, Se and Ah/Al. */
function withRanges(ranges: readonly (readonly [number, number, number])[], sof = 0xc0): Buffer {
  const jpeg = makeJpeg({ ...SMALL, progressive: sof === 0xc2 });
  jpeg.writeUInt8(sof, 3);
  const scans = ranges.flatMap((range) => [
    segment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, ...range])),
    Buffer.from([0x2a, 0xff, 0x00, 0x2a]),
  ]);
  return Buffer.concat([jpeg.subarray(0, 21), ...scans, Buffer.from([0xff, 0xd9])]);
}

describe('readJpeg of a faulty file', () => {
  it.each([0xc0, 0xc1])('repairs the header of each sequential scan, in all its bytes (SOF marker %i)', (sof) => {
    const right = [0, 63, 0] as const;
    const wrong = [
      [0, 0, 0],
      [1, 63, 0],
      [0, 62, 0],
      [0, 63, 1],
      [0, 63, 0x10],
      [63, 0, 255],
    ] as const;
    for (const range of wrong) {
      expect(taken(withRanges([range], sof))).toEqual(withRanges([right], sof));
      expect(taken(withRanges([right, range, range], sof))).toEqual(withRanges([right, right, right], sof));
    }
  });

  it('does not repair the header of a progressive scan', () => {
    const progressive = withRanges(
      [
        [0, 0, 1],
        [1, 5, 2],
        [0, 0, 0x10],
      ],
      0xc2,
    );
    expect(taken(progressive)).toEqual(progressive);
  });

  it('does not repair a scan header of another length, which decoders refuse', () => {
    const jpeg = makeJpeg(SMALL);
    const long = Buffer.concat([
      jpeg.subarray(0, 21),
      segment(0xda, Buffer.from([3, 1, 0, 2, 0, 3, 0, 0, 0, 0, 7])),
      jpeg.subarray(-3),
    ]);
    expect(taken(long)).toEqual(long);
  });

  const jpeg = makeJpeg(SMALL);
  const [start, rest] = [jpeg.subarray(0, 2), jpeg.subarray(2)];
  const comment = segment(0xfe, Buffer.from('a comment'));
  const commented = Buffer.concat([start, comment, rest]);

  it.each([
    ['zeros', Buffer.alloc(3)],
    ['text', Buffer.from('<?php echo 1;')],
    ['one byte', Buffer.from([0x4d])],
    ['a stuffed zero', Buffer.from([0xff, 0x00])],
    ['a restart', Buffer.from([0xff, 0xd3])],
    ['TEM', Buffer.from([0xff, 0x01])],
    ['bytes and fill bytes', Buffer.from([0x37, 0xff, 0xff, 0x00, 0x37])],
    ['20 kB', Buffer.alloc(20_000, 0x37)],
  ])('drops %s before a marker', (_, stray) => {
    expect(taken(Buffer.concat([start, comment, stray, rest]))).toEqual(commented);
    expect(taken(Buffer.concat([start, comment, rest.subarray(0, 19), stray, rest.subarray(19)]))).toEqual(commented);
  });

  it('keeps fill bytes, which the standard allows', () => {
    const filled = Buffer.concat([start, Buffer.alloc(5, 0xff), comment, Buffer.from([0xff]), rest]);
    expect(taken(filled)).toEqual(filled);
  });

  it('repairs the major version of JFIF', () => {
    const jfif = (major: number) =>
      segment(0xe0, Buffer.from(`JFIF\0${String.fromCharCode(major)}\x02\0\0\x01\0\x01\0\0`));
    const versioned = (major: number) => Buffer.concat([start, jfif(major), rest]);
    for (const major of [0, 1, 2, 77]) expect(taken(versioned(major))).toEqual(versioned(1));
    const short = Buffer.concat([start, segment(0xe0, Buffer.from('JFIF\0\x02')), rest]);
    expect(taken(short)).toEqual(short);
  });

  it('does not repair bytes between segments behind a scan: they may be another scan', () => {
    const scans = makeJpeg({ ...SMALL, scans: 2 });
    const second = scans.lastIndexOf(Buffer.from([0xff, 0xda]));
    const parts = (stray: Buffer) => Buffer.concat([scans.subarray(0, second), comment, stray, scans.subarray(second)]);
    expect(readJpeg(parts(Buffer.alloc(0)))).toMatchObject({ scans: 2 });
    expect(readJpeg(parts(Buffer.alloc(1)))).toEqual(DAMAGED);
    expect(readJpeg(parts(Buffer.from([0xff, 0xd0])))).toEqual(DAMAGED);
  });

  it('does not repair a sequential picture that lacks a component', () => {
    const [first, second, third] = [1, 2, 3].map((component) =>
      Buffer.concat([segment(0xda, Buffer.from([1, component, 0, 0, 63, 0])), Buffer.from([0x2a])]),
    );
    const holding = (...scans: (Buffer | undefined)[]) =>
      readJpeg(Buffer.concat([jpeg.subarray(0, 21), ...scans.filter((scan) => scan !== undefined), jpeg.subarray(-2)]));
    expect(holding(first, second, third)).toMatchObject({ scans: 3 });
    expect(holding(first, second)).toEqual(DAMAGED);
    expect(holding(first, first, third)).toEqual(DAMAGED);
  });

  it('does not repair a second SOI, a missing EOI, or more faults than a camera could write', () => {
    expect(readJpeg(Buffer.concat([start, comment, start, rest]))).toEqual(DAMAGED);
    expect(readJpeg(Buffer.concat([start, comment, Buffer.from('tail')]))).toEqual(TRUNCATED);
    expect(readJpeg(Buffer.concat([jpeg.subarray(0, -2), Buffer.alloc(4_096)]))).toEqual(TRUNCATED);
    const pair = Buffer.concat([Buffer.alloc(1), comment]);
    const pairs = (count: number) =>
      Buffer.concat([start, comment, ...Array.from({ length: count }, () => pair), rest]);
    expect(readJpeg(pairs(MAX_PIECES / 2))).toMatchObject(SMALL);
    expect(readJpeg(pairs(MAX_PIECES + 1))).toEqual(DAMAGED);
  });
});

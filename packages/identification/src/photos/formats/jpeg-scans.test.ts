import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cpuTimeOf } from '@plantcommunity/telemetry/testing';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inThreeScans, offsetOf, withRestarts } from '../testing/joined-jpegs.ts';
import { makeJpeg, segment } from '../testing/make-jpeg.ts';
import { realPicture } from '../testing/real-picture.ts';
import { readJpeg, SOF0 } from './jpeg.ts';
import { holdsAllBlocks } from './jpeg-scans.ts';

const photosDir = process.env['PLANT_PHOTOS_DIR'];
const EOI = Buffer.from([0xff, 0xd9]);

const JPEGS: Readonly<Record<string, Buffer>> = {
  '4:2:0': await realPicture(123, 77).jpeg().toBuffer(),
  '4:4:4': await realPicture(123, 77).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  'one block': await realPicture(8, 8).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  grey: await realPicture(123, 77).toColourspace('b-w').jpeg().toBuffer(),
  CMYK: await realPicture(123, 77).toColourspace('cmyk').jpeg().toBuffer(),
  'three scans': await inThreeScans(123, 77),
  restarts: await withRestarts(123, 20),
  'more blocks than fit in a turn': await realPicture(1_200, 900).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
};

describe.each(Object.entries(JPEGS))('holdsAllBlocks of a JPEG with %s', (_kind, jpeg) => {
  it('is true for the complete file', async () => {
    expect(await holdsAllBlocks(jpeg)).toBe(true);
    const padded = Buffer.concat([jpeg.subarray(0, -EOI.length), Buffer.from([0xff, 0xff]), EOI]);
    expect(await holdsAllBlocks(padded)).toBe(true);
  });

  it('is true with zeros behind the data, and false with other bytes', async () => {
    const filledWith = (bytes: Buffer) => Buffer.concat([jpeg.subarray(0, -EOI.length), bytes, EOI]);
    for (const bytes of [1, 2, 3, 4, 100]) expect(await holdsAllBlocks(filledWith(Buffer.alloc(bytes)))).toBe(true);
    for (const bytes of [1, 2, 3, 4, 100]) {
      expect(await holdsAllBlocks(filledWith(Buffer.alloc(bytes, 0x37)))).toBe(false);
    }
  });

  it('is false when the last bytes of the data are missing', async () => {
    for (const cut of [1, 2, 3, 8]) {
      expect(await holdsAllBlocks(Buffer.concat([jpeg.subarray(0, -EOI.length - cut), EOI]))).toBe(false);
    }
  });

  it('is false when the header promises another row or column of blocks', async () => {
    const frame = offsetOf(jpeg, SOF0);
    for (const place of [frame + 5, frame + 7]) {
      const larger = Buffer.from(jpeg);
      larger.writeUInt16BE(larger.readUInt16BE(place) + 16, place);
      expect(await holdsAllBlocks(larger)).toBe(false);
    }
  });
});

it('holdsAllBlocks is false when a restart marker is missing, or has another number', async () => {
  const jpeg = await withRestarts(123, 20);
  const restart = jpeg.indexOf(Buffer.from([0xff, 0xd3]));
  const renumbered = Buffer.from(jpeg);
  renumbered.writeUInt8(0xd4, restart + 1);
  expect(await holdsAllBlocks(renumbered)).toBe(false);
  expect(await holdsAllBlocks(Buffer.concat([jpeg.subarray(0, restart), jpeg.subarray(restart + 2)]))).toBe(false);
  const filled = Buffer.concat([jpeg.subarray(0, restart), Buffer.from([0xff]), jpeg.subarray(restart)]);
  expect(await holdsAllBlocks(filled)).toBe(true);
});

it('holdsAllBlocks is false without Huffman tables, or with malformed ones', async () => {
  expect(await holdsAllBlocks(makeJpeg({ width: 8, height: 8 }))).toBe(false);
  const jpeg = JPEGS['grey'] ?? Buffer.alloc(0);
  const scan = offsetOf(jpeg, 0xda);
  const counts = (length: number, count: number) => {
    const table = Buffer.alloc(17 + count);
    table.writeUInt8(count, length);
    return segment(0xc4, table);
  };
  for (const table of [counts(1, 3), counts(16, 200).subarray(0, -1), segment(0xc4, Buffer.alloc(5))]) {
    const whole = Buffer.concat([jpeg.subarray(0, scan), table, jpeg.subarray(scan)]);
    whole.writeUInt16BE(table.length - 2, scan + 2);
    expect(await holdsAllBlocks(whole)).toBe(false);
  }
});

describe('holdsAllBlocks of a JPEG with many segments', () => {
  const jpeg = JPEGS['one block'] ?? Buffer.alloc(0);
  const table = segment(0xc4, Buffer.concat([Buffer.from([0x03, 1]), Buffer.alloc(16)]));

  it.each([
    { name: 'as many Huffman tables as an encoder writes', piece: table, bytes: table.length * 10, isWhole: true },
    { name: 'more Huffman tables than an encoder writes', piece: table, bytes: 9_900_000, isWhole: false },
    { name: '10 MB of empty comments', piece: segment(0xfe, Buffer.alloc(0)), bytes: 9_900_000, isWhole: true },
    { name: '10 MB of restart intervals', piece: segment(0xdd, Buffer.alloc(2)), bytes: 9_900_000, isWhole: true },
  ])('is $isWhole for $name, after little processor time', async ({ piece, bytes, isWhole }) => {
    const scan = offsetOf(jpeg, 0xda);
    const segments = Buffer.alloc(Math.floor(bytes / piece.length) * piece.length, piece);
    const filled = Buffer.concat([jpeg.subarray(0, scan), segments, jpeg.subarray(scan)]);
    const read = async () => expect(await holdsAllBlocks(filled)).toBe(isWhole);
    expect(await cpuTimeOf(read)).toBeLessThan(1_000);
  });
});

it('holdsAllBlocks lets other work run in between', async () => {
  const jpeg = JPEGS['more blocks than fit in a turn'] ?? Buffer.alloc(0);
  const done: string[] = [];
  setImmediate(() => done.push('other work'));
  expect(await holdsAllBlocks(jpeg)).toBe(true);
  done.push('all blocks');
  expect(done).toEqual(['other work', 'all blocks']);
});

it('holdsAllBlocks leaves a progressive JPEG to the decoder, which reads all of it before the first row', async () => {
  expect(await holdsAllBlocks(await realPicture(60, 40).jpeg({ progressive: true }).toBuffer())).toBe(true);
});

const smallJpegs = Object.entries(JPEGS).filter(([, { length }]) => length < 10_000);

it.each(smallJpegs)('holdsAllBlocks ends for every mutation of %s that passes readJpeg', async (_kind, jpeg) => {
  const mutation = fc.record({ at: fc.nat(), value: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { maxLength: 6 }), async (mutations) => {
      const mutated = Buffer.from(jpeg);
      for (const { at, value } of mutations) mutated.writeUInt8(value, at % mutated.length);
      const read = readJpeg(mutated);
      if ('fault' in read || read.pieces.length > 1 || read.width * read.height > 1_000_000) return;
      expect(typeof (await holdsAllBlocks(mutated))).toBe('boolean');
    }),
    { numRuns: 300 },
  );
});

it.skipIf(!photosDir)('is true of each collected photo', { timeout: 30_000 }, async () => {
  const dir = photosDir ?? '';
  const names = readdirSync(dir).filter((name) => name.endsWith('.jpg'));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect(await holdsAllBlocks(readFileSync(join(dir, name)))).toBe(true);
});

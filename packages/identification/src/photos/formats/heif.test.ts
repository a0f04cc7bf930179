import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { box, grid, type HeifItem, type HeifShape, ispe, makeHeif, reference, u16, u32 } from '../testing/make-heif.ts';
import { readHeif } from './heif.ts';
import { joinPieces, type Structure } from './structure.ts';

const DATA = Buffer.from('coded picture');
const still = (width: number, height: number, type = 'hvc1'): HeifItem => ({
  type,
  properties: [ispe(width, height)],
  data: DATA,
});
/** Makes a grid of 2 x 2 tiles of 64 pixels. */
const tiled = (width: number, height: number, tiles = [1, 2, 3, 4].map(() => still(64, 64))): HeifShape => ({
  items: [
    {
      type: 'grid',
      properties: [ispe(width, height)],
      data: grid(2, 2, width, height),
      parts: tiles.map((_, i) => i + 2),
    },
    ...tiles,
  ],
});
const PHOTO: HeifShape = { items: [still(40, 30)] };

function read(shape: HeifShape | Buffer, brand: 'avif' | 'heic' = 'heic') {
  const { structure, type } = readHeif(Buffer.isBuffer(shape) ? shape : makeHeif(shape), brand);
  if ('fault' in structure) return structure.fault;
  return { type, width: structure.width, height: structure.height };
}

function structureOf(file: Buffer): Structure {
  const { structure } = readHeif(file, 'heic');
  if ('fault' in structure) throw new Error(structure.fault);
  return structure;
}

describe('the structure of a HEIF file', () => {
  it('has the size and the codec of the primary picture', () => {
    expect(read(PHOTO)).toEqual({ type: 'heic', width: 40, height: 30 });
    expect(read({ items: [still(40, 30, 'av01')] }, 'avif')).toEqual({ type: 'avif', width: 40, height: 30 });
    const burst = { items: [still(40, 30), still(50, 40), still(4000, 3000, 'jpeg')], primary: 2 };
    expect(read(burst)).toEqual({ type: 'heic', width: 50, height: 40 });
  });

  it('is that of the codec, not of the brand', () => {
    expect(read({ brand: 'mif1', items: [still(40, 30, 'av01')] }, 'heic')).toMatchObject({ type: 'avif' });
  });

  it('of a grid has the size of all tiles together', () => {
    for (const [width, height] of [
      [128, 128],
      [65, 100],
    ] as const) {
      expect(read(tiled(width, height))).toEqual({ type: 'heic', width, height });
    }
  });

  it('has a colour profile, unless it is large', () => {
    const colour = (bytes: number) => box('colr', Buffer.from('prof'), Buffer.alloc(bytes, 0x61));
    const withColour = (bytes: number) =>
      makeHeif({ items: [{ ...still(40, 30), properties: [ispe(40, 30), colour(bytes)] }] });
    const file = withColour(500);
    const { profile } = structureOf(file);
    expect(file.subarray(profile?.from, profile?.to).toString()).toBe('a'.repeat(500));
    expect(structureOf(withColour(1024 * 1024 + 1)).profile).toBeUndefined();
  });
});

describe('an auxiliary picture of a HEIF file', () => {
  const ALPHA = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha';
  const auxiliary = (width: number, height: number, name = ALPHA, type = 'av01'): HeifItem => ({
    ...still(width, height, type),
    properties: [ispe(width, height), box('auxC', u32(0), Buffer.from(`${name}\0`, 'latin1'))],
  });
  /** Makes a picture of 64 pixels with auxiliary ones. */
  const withAuxiliaries = (...auxiliaries: readonly HeifItem[]): HeifShape => ({
    brand: 'avif',
    items: [still(64, 64, 'av01'), ...auxiliaries],
    references: auxiliaries.map((_, i) => reference('auxl', i + 2, [1])),
  });
  const PICTURE = { type: 'avif', width: 64, height: 64 };

  it('is ignored when it is no transparency, even when it is large', () => {
    const depth = auxiliary(8_000, 8_000, 'urn:mpeg:mpegB:cicp:systems:auxiliary:depth');
    const gain = auxiliary(9_000, 9_000, 'urn:com:apple:photo:2020:aux:hdrgainmap', 'jpeg');
    expect(read(withAuxiliaries(depth, gain))).toEqual(PICTURE);
  });

  it.each([ALPHA, 'urn:mpeg:hevc:2015:auxid:1', 'urn:mpeg:avc:2015:auxid:1'])(
    'must have the size of its picture when it is transparency: %s',
    (name) => {
      expect(read(withAuxiliaries(auxiliary(64, 64, name)))).toEqual(PICTURE);
      expect(read(withAuxiliaries(auxiliary(8_000, 8_000, name)))).toBe('damaged');
    },
  );

  it('of a grid or of its tiles must have their size when it is transparency', () => {
    const tiles = [1, 2, 3, 4].map(() => still(64, 64, 'av01'));
    const { items } = tiled(128, 128, tiles);
    const withAlpha = (item: number, side: number) =>
      read({ items: [...items, auxiliary(side, side)], references: [reference('auxl', 6, [item])] });
    expect(withAlpha(1, 128)).toMatchObject({ width: 128, height: 128 });
    expect(withAlpha(3, 64)).toMatchObject({ width: 128, height: 128 });
    expect(withAlpha(1, 8_000)).toBe('damaged');
    expect(withAlpha(3, 8_000)).toBe('damaged');
  });

  it('has a codec and no transparency of its own when it is transparency', () => {
    const two = withAuxiliaries(auxiliary(64, 64), auxiliary(64, 64));
    expect(read(two)).toBe('damaged');
    expect(read({ ...two, references: [reference('auxl', 2, [1]), reference('auxl', 3, [2])] })).toBe('damaged');
    for (const type of ['jpeg', 'hvc1', 'iden', 'unci']) {
      expect(read(withAuxiliaries(auxiliary(64, 64, ALPHA, type)))).toBe('unsupported_kind');
    }
  });

  it('is in the bytes that a decoder gets when it is transparency', () => {
    const file = makeHeif(withAuxiliaries(auxiliary(64, 64)));
    expect(joinPieces(file, structureOf(file).pieces)).toEqual(file);
    expect(read(file.subarray(0, -1))).toBe('truncated');
  });

  it('is written by encoders as it is accepted', async () => {
    const avif = await sharp({ create: { width: 40, height: 30, channels: 4, background: '#3938' } })
      .avif()
      .toBuffer();
    expect(avif.includes(ALPHA)).toBe(true);
    expect(read(avif, 'avif')).toEqual({ type: 'avif', width: 40, height: 30 });
  });
});

describe('the bytes of a HEIF file that a decoder gets', () => {
  it('end with the picture, and have free space for videos and unknown boxes', () => {
    const extra = [box('mpvd', Buffer.from('video')), box('moov', Buffer.from('track'))];
    const file = makeHeif({ ...PHOTO, extra });
    const needed = joinPieces(
      Buffer.concat([file, box('sefd', DATA), Buffer.from('trailer')]),
      structureOf(file).pieces,
    );
    const expected = Buffer.from(file.toString('latin1').replace('mpvd', 'free').replace('moov', 'free'), 'latin1');
    expect(needed).toEqual(expected);
  });

  it('have free space for a second list of items', () => {
    const file = makeHeif({ ...PHOTO, extra: [box('meta', DATA)] });
    const needed = joinPieces(file, structureOf(file).pieces);
    expect(needed.lastIndexOf('meta')).toBe(needed.indexOf('meta'));
    expect(needed).toHaveLength(file.length);
  });

  it('do not include bytes behind the last box', () => {
    const file = makeHeif(PHOTO);
    const { pieces } = structureOf(Buffer.concat([file, Buffer.from('<?php system($_GET[0]); ?>')]));
    expect(joinPieces(file, pieces)).toEqual(file);
  });
});

describe('a HEIF file is refused', () => {
  const { items: gridItems } = tiled(128, 128);
  const otherSize = {
    items: gridItems.with(0, { ...still(900, 900, 'grid'), data: grid(2, 2, 128, 128), parts: [2, 3, 4, 5] }),
  };
  it('when it ends before the picture does', () => {
    const file = makeHeif(PHOTO);
    for (const cut of [1, DATA.length, DATA.length + 20, 150, file.length - 16]) {
      expect(read(file.subarray(0, -cut))).toBe('truncated');
    }
  });

  it('when it has moving pictures only, or is an AVIF with moving pictures', () => {
    const start = makeHeif(PHOTO).subarray(0, 24);
    expect(read(Buffer.concat([start, box('moov', DATA)]))).toBe('sequence');
    expect(read({ items: [still(40, 30, 'av01')], extra: [box('moov', DATA)] }, 'avif')).toBe('sequence');
  });

  it.each([
    ['overlay', { items: [{ ...still(40, 30, 'iovl'), parts: [1] }] }],
    ['AVC', { items: [still(40, 30, 'avc1')] }],
    ['mixed tiles', tiled(128, 128, [still(64, 64), still(64, 64, 'av01'), still(64, 64), still(64, 64)])],
    [
      'a grid of JPEGs',
      tiled(
        128,
        128,
        [1, 2, 3, 4].map(() => still(64, 64, 'jpeg')),
      ),
    ],
    [
      'a grid of grids',
      tiled(
        128,
        128,
        [1, 2, 3, 4].map(() => still(64, 64, 'grid')),
      ),
    ],
  ] satisfies (readonly [string, HeifShape])[])('when it is a rare kind: %s', (_, shape) => {
    expect(read(shape)).toBe('unsupported_kind');
  });

  it.each([
    ['no primary item', { ...PHOTO, primary: 0 }],
    ['a primary item that does not exist', { ...PHOTO, primary: 9 }],
    ['no size', { items: [{ type: 'hvc1', data: DATA }] }],
    ['a width of 0', { items: [still(0, 30)] }],
    ['no data', { items: [{ type: 'hvc1', properties: [ispe(40, 30)] }] }],
    ['tiles that do not cover the grid', tiled(129, 128)],
    ['tiles outside the grid', tiled(64, 128)],
    ['tiles of several sizes', tiled(128, 128, [still(64, 64), still(64, 64), still(64, 64), still(4000, 4000)])],
    ['another size than its grid', otherSize],
    ['too few tiles', tiled(128, 128, [still(64, 64)])],
  ] satisfies (readonly [string, HeifShape])[])('when it has %s', (_, shape) => {
    expect(read(shape)).toBe('damaged');
  });

  it('when a box is larger than the box around it', () => {
    const file = makeHeif(PHOTO);
    for (const type of ['iinf', 'ipco', 'infe', 'ispe']) {
      const wrong = Buffer.from(file);
      wrong.writeUInt32BE(0x7fff_ffff, wrong.indexOf(type) - 4);
      expect(read(wrong)).toBe('truncated');
    }
  });

  it('when it has too many items, boxes or extents', () => {
    const many = Array.from({ length: 2_001 }, () => still(64, 64));
    expect(read({ items: many })).toBe('damaged');
    const file = makeHeif(PHOTO);
    const counts = file.indexOf('iloc') + 8;
    file.set([0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x7f, 0xff], counts);
    expect(read(file)).toBe('damaged');
  });

  /** Makes a box that gives properties to the items with the numbers `from`, `from + 1`, …. */
  const ipma = (from: number, items: number, count: number) => {
    const own = (item: number) => Buffer.concat([u16(item), Buffer.from([count]), Buffer.alloc(count, 1)]);
    return box('ipma', u32(0), u32(items), ...Array.from({ length: items }, (_, i) => own(from + i)));
  };
  const ids = Array.from({ length: 2_000 }, (_, i) => i);
  /** Keeps a reader that collects them busy for seconds. */
  const heavy = Array.from({ length: 20 }, () => Buffer.concat([ipma(2, 1, 255), ipma(3, 2_000, 255)]));
  const mosaic: HeifShape = {
    items: [
      { ...still(3_200, 2_560, 'grid'), data: grid(40, 50, 3_200, 2_560), parts: ids.map(() => 2) },
      still(64, 64),
    ],
  };

  it.each([
    ['properties', { ...PHOTO, associations: [ipma(2, 40, 255)] }],
    ['properties in 10 MB', { ...PHOTO, associations: heavy }],
    ['properties of a tile that a grid repeats', { ...mosaic, associations: heavy }],
    ['items with properties', { ...PHOTO, associations: [ipma(2, 1_000, 0), ipma(2_000, 1_000, 0)] }],
    ['references', { ...PHOTO, references: [2, 3, 4, 5, 6].map((item) => reference('dimg', item, ids)) }],
  ] satisfies (readonly [string, HeifShape])[])('when it has too many in all: %s', (_, shape) => {
    expect(read(shape)).toBe('damaged');
  });

  it('when it has two entries for an item, of which a decoder may read only one', () => {
    const file = makeHeif({ items: [still(40, 30), still(8_000, 8_000)] });
    expect(read(file)).toEqual({ type: 'heic', width: 40, height: 30 });
    const infe = file.lastIndexOf('infe') + 8;
    const iloc = file.indexOf('iloc') + 26;
    for (const id of [infe, iloc]) {
      expect(file.readUInt16BE(id)).toBe(2);
      const wrong = Buffer.from(file);
      wrong.writeUInt16BE(1, id);
      expect(read(wrong)).toBe('damaged');
    }
  });

  it('when an item has two sizes, or is turned, mirrored or cut more than three times', () => {
    const irot = box('irot', Buffer.from([1]));
    const withOthers = (...others: Buffer[]) =>
      read({ items: [{ ...still(40, 30), properties: [ispe(40, 30), ...others] }] });
    expect(withOthers(ispe(8_000, 8_000))).toBe('damaged');
    expect(withOthers(irot, irot, irot)).toEqual({ type: 'heic', width: 40, height: 30 });
    expect(withOthers(irot, irot, irot, irot)).toBe('damaged');
  });

  it('when its items have too many bytes in all because they share them', () => {
    const withItems = (count: number) => {
      const large = Buffer.alloc(4 * 1024 * 1024);
      const file = makeHeif({
        items: [{ ...still(40, 30), data: large }, ...ids.slice(0, count).map(() => still(9, 9))],
      });
      const entries = file.indexOf('iloc') + 12;
      const first = file.subarray(entries + 6, entries + 14);
      for (let item = 1; item <= count; item += 1) first.copy(file, entries + item * 14 + 6);
      return read(file);
    };
    expect(withItems(7)).toEqual({ type: 'heic', width: 40, height: 30 });
    expect(withItems(8)).toBe('damaged');
  });

  it('when it gives properties to an item twice, of which a decoder may read only one', () => {
    const twice = box('ipma', u32(0), u32(1), u16(1), Buffer.from([1, 1]));
    expect(read({ ...PHOTO, associations: [twice] })).toBe('damaged');
  });

  it('with a declared fault or not at all, for every mutation', async () => {
    const avif = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#393' } })
      .avif()
      .toBuffer();
    const files = [makeHeif(PHOTO), makeHeif(tiled(100, 100)), avif];
    const mutation = fc.record({ at: fc.nat(), value: fc.nat(255) });
    fc.assert(
      fc.property(fc.constantFrom(...files), fc.array(mutation, { minLength: 1, maxLength: 6 }), (file, mutations) => {
        const mutated = Buffer.from(file);
        for (const { at, value } of mutations) mutated[at % mutated.length] = value;
        expect(() => readHeif(mutated, 'heic')).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a JPEG in a HEIF file', () => {
  const turns = (...properties: Buffer[]) => [ispe(40, 30), ...properties];
  const irot = (left: number) => box('irot', Buffer.from([left]));
  const imir = (axis: number) => box('imir', Buffer.from([axis]));

  it.each([
    { properties: turns(), turn: { isMirrored: false, degrees: 0 } },
    { properties: turns(irot(3)), turn: { isMirrored: false, degrees: 90 } },
    { properties: turns(imir(1)), turn: { isMirrored: true, degrees: 0 } },
    { properties: turns(imir(0)), turn: { isMirrored: true, degrees: 180 } },
    { properties: turns(irot(1), imir(1)), turn: { isMirrored: true, degrees: 90 } },
    { properties: turns(imir(1), irot(1)), turn: { isMirrored: true, degrees: 270 } },
    { properties: turns(imir(0), imir(1)), turn: { isMirrored: false, degrees: 180 } },
  ])('is taken out, and turned as the file says: $turn', async ({ properties, turn }) => {
    const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#393' } })
      .jpeg()
      .toBuffer();
    const file = makeHeif({ brand: 'mif1', items: [{ type: 'jpeg', properties, data: jpeg }] });
    expect(read(file)).toEqual({ type: 'jpeg', width: 40, height: 30 });
    const structure = structureOf(file);
    expect(structure.turn).toEqual(turn);
    expect(joinPieces(file, structure.pieces)).toEqual(jpeg);
  });
});

import { Fields, HeifFault, type Items } from './heif-boxes.ts';
import { chunkType, DAMAGED } from './structure.ts';

const GRID = chunkType('grid');
const ISPE = chunkType('ispe');
/** Properties that crop, turn or mirror the picture. A decoder copies it for each, so an item may have three at most. */
const TRANSFORMS = new Set(['clap', 'irot', 'imir'].map(chunkType));

interface Size {
  width: number;
  height: number;
}

/** A picture that is coded as one item or as the tiles of a grid. */
export interface CodedPicture extends Size {
  /** Numbers of the items that hold its pixels. */
  coded: readonly number[];
  /** Size of the tiles together. */
  tiled: Size;
}

/**
 * Reads the size of a picture and of its tiles. A grid must consist of tiles of one size that cover it with no tile to
 * spare, so that no small picture can make a decoder work on large ones.
 */
export function readCodedPicture(bytes: Buffer, items: Items, item: number): CodedPicture {
  if (items.types.get(item) === GRID) return readGrid(bytes, items, item);
  const size = sizeOf(bytes, items, item);
  return { ...size, coded: [item], tiled: size };
}

/** Reads the size of an item from its property `ispe`, of which there must be one. */
export function sizeOf(bytes: Buffer, { properties }: Items, item: number): Size {
  const own = properties.get(item) ?? [];
  const [box, ...others] = own.filter(({ type }) => type === ISPE);
  const transforms = own.filter(({ type }) => TRANSFORMS.has(type));
  if (box === undefined || others.length > 0 || transforms.length > TRANSFORMS.size) throw new HeifFault(DAMAGED);
  const fields = new Fields(bytes, box);
  fields.version();
  const size = { width: fields.number(4), height: fields.number(4) };
  if (size.width === 0 || size.height === 0) throw new HeifFault(DAMAGED);
  return size;
}

/** Reads a grid of tiles (ISO/IEC 23008-12, 6.6.2.3). */
function readGrid(bytes: Buffer, items: Items, item: number): CodedPicture {
  const place = items.places.get(item);
  const [extent, ...more] = place?.extents ?? [];
  const base = place?.inIdat === true ? items.idat?.from : 0;
  if (place?.inIdat === undefined || extent === undefined || base === undefined || more.length > 0) {
    throw new HeifFault(DAMAGED);
  }
  const fields = new Fields(bytes, { from: base + extent.from, to: base + extent.to });
  fields.number(1);
  const sideBytes = (fields.number(1) & 1) === 0 ? 2 : 4;
  const rows = fields.number(1) + 1;
  const columns = fields.number(1) + 1;
  const width = fields.number(sideBytes);
  const height = fields.number(sideBytes);
  const tiles = items.parts.get(item) ?? [];
  const [tile, ...others] = Array.from(new Set(tiles), (part) => sizeOf(bytes, items, part));
  const isWhole =
    tile !== undefined &&
    tiles.length === rows * columns &&
    others.every((other) => other.width === tile.width && other.height === tile.height) &&
    isCovered(width, columns, tile.width) &&
    isCovered(height, rows, tile.height);
  const signalled = sizeOf(bytes, items, item);
  if (!isWhole || signalled.width !== width || signalled.height !== height) throw new HeifFault(DAMAGED);
  return { width, height, coded: tiles, tiled: { width: columns * tile.width, height: rows * tile.height } };
}

/** Whether `count` tiles in a row cover a length, and each of them a part of it. */
function isCovered(length: number, count: number, tile: number): boolean {
  return length > (count - 1) * tile && length <= count * tile;
}

import { readAlphas } from './heif-alpha.ts';
import { type Box, HeifFault, type Items, readBox, readItems } from './heif-boxes.ts';
import { type CodedPicture, readCodedPicture } from './heif-grid.ts';
import { readJpeg } from './jpeg.ts';
import type { PhotoType } from './photo-formats.ts';
import {
  chunkType,
  createPieceList,
  DAMAGED,
  type Fault,
  type Piece,
  SEQUENCE,
  type Structure,
  TRUNCATED,
  type Turn,
  UNSUPPORTED_KIND,
} from './structure.ts';

const META = chunkType('meta');
const MOOV = chunkType('moov');
const FREE = Buffer.from('free', 'latin1');
/** Boxes that a decoder needs; every other box of the file is turned into free space. */
const NEEDED_BOXES = new Set([chunkType('ftyp'), META, chunkType('mdat')]);
const MAX_BOXES = 200;

const JPEG = chunkType('jpeg');
/** The codecs of still pictures that can be decoded, by the type of their items. */
const CODECS = new Map<number, PhotoType>([
  [chunkType('hvc1'), 'heic'],
  [chunkType('av01'), 'avif'],
  [JPEG, 'jpeg'],
]);

const IROT = chunkType('irot');
const IMIR = chunkType('imir');
const COLR = chunkType('colr');
const PROFILES = new Set([chunkType('prof'), chunkType('rICC')]);
const MAX_PROFILE_BYTES = 1024 * 1024;
/** Bytes per pixel that libheif holds while it decodes AVIF, measured at 12 megapixels. */
const AVIF_PIXEL_BYTES = 19;

/** The codec of a picture and its structure, or the fault of the file. */
interface HeifReading {
  type: PhotoType;
  structure: Structure | Fault;
}

/**
 * Reads the boxes of a HEIF file (ISO/IEC 23008-12): HEIC, AVIF, or a container around a JPEG. Only the primary picture
 * counts, with its transparency; thumbnails, gain maps, depth maps, further pictures of a burst and the video of a Live
 * Photo are ignored. All tiles must have one codec.
 * `brand`: the format that the brand promises, for a file without a picture.
 */
export function readHeif(bytes: Buffer, brand: 'avif' | 'heic'): HeifReading {
  try {
    return readPicture(bytes, brand);
  } catch (error) {
    if (error instanceof HeifFault) return { type: brand, structure: error.fault };
    // A field lies beyond the end of its box.
    if (error instanceof RangeError) return { type: brand, structure: DAMAGED };
    throw error;
  }
}

function readPicture(bytes: Buffer, brand: 'avif' | 'heic'): HeifReading {
  const { boxes, end } = topBoxes(bytes);
  const meta = boxes.find(({ type }) => type === META);
  const isSequence = boxes.some(({ type }) => type === MOOV);
  if (isSequence && (meta === undefined || brand === 'avif')) throw new HeifFault(SEQUENCE);
  if (meta === undefined) throw new HeifFault(end < bytes.length ? TRUNCATED : DAMAGED);
  const items = readItems(bytes, meta);
  const { primary } = items;
  if (primary === undefined) throw new HeifFault(DAMAGED);
  const picture = readCodedPicture(bytes, items, primary);
  const { coded, height, width } = picture;
  const type = codecOf(items, coded);
  if (type === 'jpeg') return { type, structure: readJpegItem(bytes, items, primary) };
  const alphas = readAlphas(bytes, items, [...new Set([primary, ...coded])]);
  const tiled = [picture, ...alphas].map((one) => one.tiled).reduce(larger);
  const decoded = new Set([...coded, ...alphas.flatMap((alpha) => alpha.coded)]);
  codecOf(items, [...decoded]);
  const lastByte = Math.max(meta.to, ...Array.from(decoded, (item) => endOfItem(bytes, items, item)));
  if (lastByte > end) throw new HeifFault(TRUNCATED);
  return {
    type,
    structure: {
      width,
      height,
      tiled,
      frames: 1,
      scans: 1,
      heldBytes: type === 'avif' ? pixelsOf(tiled) * AVIF_PIXEL_BYTES : 0,
      traits: [],
      pieces: neededPieces(boxes, meta, lastByte),
      profile: profileOf(bytes, items, coded[0] ?? primary) ?? profileOf(bytes, items, primary),
    },
  };
}

/** Lists the boxes of the file up to the first one that is cut off or no box; `end` is the offset of that one. */
function topBoxes(bytes: Buffer): { boxes: Box[]; end: number } {
  const boxes: Box[] = [];
  let at = 0;
  try {
    while (at < bytes.length && boxes.length < MAX_BOXES) {
      const box = readBox(bytes, at, bytes.length);
      boxes.push(box);
      at = box.to;
    }
  } catch (error) {
    if (!(error instanceof HeifFault)) throw error;
  }
  return { boxes, end: at };
}

/** Returns the codec of all parts of a picture. */
function codecOf({ types }: Items, parts: readonly number[]): PhotoType {
  const [first, ...others] = new Set(parts.map((part) => types.get(part)));
  if (first === undefined) throw new HeifFault(DAMAGED);
  const codec = others.length === 0 ? CODECS.get(first) : undefined;
  if (codec === undefined || (codec === 'jpeg' && parts.length > 1)) throw new HeifFault(UNSUPPORTED_KIND);
  return codec;
}

type Size = CodedPicture['tiled'];

function pixelsOf({ height, width }: Size): number {
  return width * height;
}

function larger(one: Size, other: Size): Size {
  return pixelsOf(other) > pixelsOf(one) ? other : one;
}

/** Returns the offset behind the last byte of a coded item. */
function endOfItem(bytes: Buffer, { idat, places }: Items, item: number): number {
  const place = places.get(item);
  if (place === undefined || place.extents.length === 0) throw new HeifFault(DAMAGED);
  if (place.inIdat === undefined) throw new HeifFault(UNSUPPORTED_KIND);
  const base = place.inIdat ? (idat?.from ?? 0) : 0;
  const limit = place.inIdat ? (idat?.to ?? 0) : bytes.length;
  let end = 0;
  for (const extent of place.extents) {
    if (extent.to <= extent.from) throw new HeifFault(DAMAGED);
    if (base + extent.to > limit) throw new HeifFault(place.inIdat ? DAMAGED : TRUNCATED);
    end = Math.max(end, base + extent.to);
  }
  return end;
}

/** Returns the offsets of an ICC profile; colours that are named by numbers only (`nclx`) are the decoder's matter. */
function profileOf(bytes: Buffer, { properties }: Items, item: number): Structure['profile'] {
  const box = properties
    .get(item)
    ?.find(({ from, to, type }) => type === COLR && to - from > 4 && PROFILES.has(bytes.readUInt32BE(from)));
  if (box === undefined || box.to - box.from > MAX_PROFILE_BYTES) return undefined;
  return { from: box.from + 4, to: box.to };
}

/** Returns the file up to the box that ends the picture, with free space for each box that no decoder needs. */
function neededPieces(boxes: readonly Box[], meta: Box, lastByte: number): readonly Piece[] {
  const pieces = createPieceList();
  let end = 0;
  for (const box of boxes) {
    const { start, to, type } = box;
    if (end >= lastByte) break;
    // A decoder may read another `meta` than the one that was checked.
    if (!NEEDED_BOXES.has(type) || (type === META && box !== meta)) pieces.replace(start + 4, start + 8, FREE);
    end = to;
  }
  return pieces.upTo(end);
}

/** Reads a JPEG in a HEIF file, whose own orientation is that of the file's properties. */
function readJpegItem(bytes: Buffer, { places, properties }: Items, item: number): Structure | Fault {
  const place = places.get(item);
  const [extent, ...more] = place?.extents ?? [];
  const own = properties.get(item) ?? [];
  // Tables that stand apart from their pictures save space in bursts of tiny ones only.
  const hasTables = own.some(({ type }) => type === chunkType('jpgC'));
  if (extent === undefined || place?.inIdat !== false || more.length > 0 || hasTables) return UNSUPPORTED_KIND;
  const { from, to } = extent;
  const structure = readJpeg(bytes.subarray(from, to));
  if ('fault' in structure) return structure;
  const pieces = structure.pieces.map((piece) =>
    Buffer.isBuffer(piece) ? piece : { from: piece.from + from, to: piece.to + from },
  );
  return { ...structure, pieces, turn: turnOf(bytes, own) };
}

/** Joins the turns and mirrors of a picture, in their order, into one mirror that is followed by one turn. */
function turnOf(bytes: Buffer, properties: readonly Box[]): Turn {
  let degrees = 0;
  let isMirrored = false;
  for (const { from, type } of properties) {
    const value = bytes.readUInt8(from);
    // `irot` turns to the left; a mirror swaps the direction of the turns before it.
    if (type === IROT) degrees += 360 - (value & 3) * 90;
    if (type !== IMIR) continue;
    isMirrored = !isMirrored;
    // Axis 1 swaps left and right; axis 0 swaps top and bottom, which is the same with half a turn.
    degrees = 360 - (degrees % 360) + ((value & 1) === 0 ? 180 : 0);
  }
  return { isMirrored, degrees: degrees % 360 };
}

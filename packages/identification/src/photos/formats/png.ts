import { inflateSync } from 'node:zlib';
import {
  chunkType,
  createPieceList,
  DAMAGED,
  type Fault,
  type Piece,
  type PngTrait,
  type Structure,
  TRUNCATED,
} from './structure.ts';

const SIGNATURE_BYTES = 8;
/** Offset of the IHDR data: after the signature, and the length and type of the chunk. */
const HEADER_AT = SIGNATURE_BYTES + 8;
/** Length, type and CRC around a chunk's data. */
const CHUNK_FRAME_BYTES = 12;
const MAX_PROFILE_BYTES = 1024 * 1024;
/**
 * Larger pictures are decoded without their colour profile, which would take most of the time; colours are a little
 * off.
 */
const MAX_PROFILED_PIXELS = 16_000_000;
const IHDR = chunkType('IHDR');
const PLTE = chunkType('PLTE');
const TRNS = chunkType('tRNS');
const IDAT = chunkType('IDAT');
const IEND = chunkType('IEND');
const ICCP = chunkType('iCCP');
/** Checks of the chunks that stay, once each, besides IDAT. */
const ALLOWED_CHUNKS = new Map<number, (data: Buffer) => boolean>([
  [IHDR, (data) => data.length === 13],
  [PLTE, (data) => data.length <= 768],
  [TRNS, (data) => data.length <= 256],
  [IEND, (data) => data.length === 0],
  [chunkType('sRGB'), (data) => data.length === 1],
  [chunkType('gAMA'), (data) => data.length === 4],
  [chunkType('cHRM'), (data) => data.length === 32],
  [chunkType('cICP'), (data) => data.length === 4],
  [chunkType('sBIT'), (data) => data.length <= 4],
  [ICCP, isSmallProfile],
  [chunkType('eXIf'), (data) => data.length <= 65_535],
]);
/** Channels by colour type; a palette is expanded to RGB. Undefined: there is no such type. */
const CHANNELS: readonly (number | undefined)[] = [1, undefined, 3, 3, 2, undefined, 4];

/**
 * Walks the chunks of a PNG (W3C PNG, third edition) and forwards only what a decoder needs: text chunks alone can
 * make libpng allocate 5 GB. APNG frames are not forwarded either, so that the still remains.
 */
export function readPng(bytes: Buffer): Structure | Fault {
  /** The kept runs of chunks are few, since all IDAT chunks follow one another. */
  const pieces = createPieceList();
  const seen = new Set<number>();
  let at = SIGNATURE_BYTES;
  let before = 0;
  let type = 0;
  let profiled = false;
  while (type !== IEND) {
    if (at + CHUNK_FRAME_BYTES > bytes.length) return TRUNCATED;
    const end = at + CHUNK_FRAME_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) return TRUNCATED;
    before = type;
    type = bytes.readUInt32BE(at + 4);
    if ((type === IHDR) !== (at === SIGNATURE_BYTES)) return DAMAGED;
    if (type === IDAT) {
      if (before !== IDAT && seen.has(IDAT)) return DAMAGED;
      if (before !== IDAT) seen.add(IDAT);
    } else if (
      !ALLOWED_CHUNKS.has(type) ||
      seen.has(type) ||
      !isAllowed(type, seen, bytes.subarray(at + 8, end - 4)) ||
      (type === ICCP && pixelsOf(bytes) > MAX_PROFILED_PIXELS)
    ) {
      if (isCritical(type)) return DAMAGED;
      pieces.replace(at, end);
    } else if (type === ICCP) profiled = true;
    at = end;
  }
  if (!seen.has(IDAT)) return DAMAGED;
  return readHeader(bytes, { keyed: seen.has(TRNS), profiled }, pieces.upTo(at));
}

/** Checks the first chunk of each type only: a view of every repeated chunk costs more than the rest of the walk. */
function isAllowed(type: number, seen: Set<number>, data: Buffer): boolean {
  seen.add(type);
  return ALLOWED_CHUNKS.get(type)?.(data) === true;
}

/** Whether the first letter is upper-case: a decoder that does not know the chunk must not show the picture. */
function isCritical(type: number): boolean {
  return (type & 0x2000_0000) === 0;
}

/** Reads the IHDR chunk. `keyed`: a tRNS chunk defines transparent colours. */
function readHeader(
  bytes: Buffer,
  { keyed, profiled }: { keyed: boolean; profiled: boolean },
  pieces: readonly Piece[],
): Structure | Fault {
  const width = bytes.readUInt32BE(HEADER_AT);
  const height = bytes.readUInt32BE(HEADER_AT + 4);
  const depth = bytes.readUInt8(HEADER_AT + 8);
  const channels = CHANNELS[bytes.readUInt8(HEADER_AT + 9)];
  const interlaced = bytes.readUInt8(HEADER_AT + 12) !== 0;
  if (width === 0 || height === 0 || channels === undefined) return DAMAGED;
  const bytesPerPixel = (channels + (keyed ? 1 : 0)) * (depth === 16 ? 2 : 1);
  const traits: PngTrait[] = [];
  if (keyed || channels % 2 === 0) traits.push('transparent');
  if (depth === 16) traits.push('16-bit');
  if (interlaced) traits.push('interlaced');
  if (profiled) traits.push('profiled');
  const heldBytes = interlaced ? width * height * bytesPerPixel : 0;
  return { width, height, frames: 1, scans: 1, heldBytes, traits, pieces };
}

/** Returns the number of pixels from IHDR, which is the first chunk. */
function pixelsOf(bytes: Buffer): number {
  return bytes.readUInt32BE(HEADER_AT) * bytes.readUInt32BE(HEADER_AT + 4);
}

/** Whether a colour profile stays small when it is inflated: some grow from 50 kB to 50 MB. */
function isSmallProfile(data: Buffer): boolean {
  const name = data.subarray(0, 80).indexOf(0);
  if (name === -1 || data.length > MAX_PROFILE_BYTES) return false;
  try {
    inflateSync(data.subarray(name + 2), { maxOutputLength: MAX_PROFILE_BYTES });
    return true;
  } catch {
    return false;
  }
}

import { inflateSync } from 'node:zlib';
import { DAMAGED, type Fault, type Structure, TRUNCATED } from './structure.ts';

const SIGNATURE_BYTES = 8;
/** Length, type and CRC around a chunk's data. */
const CHUNK_FRAME_BYTES = 12;
const MAX_PROFILE_BYTES = 1024 * 1024;
/** Whether a chunk with so many bytes of data may stay. All but IDAT stay once only. */
const DIET = new Map<string, (data: Buffer) => boolean>([
  ['IHDR', (data) => data.length === 13],
  ['PLTE', (data) => data.length <= 768],
  ['tRNS', (data) => data.length <= 256],
  ['IDAT', () => true],
  ['IEND', (data) => data.length === 0],
  ['sRGB', (data) => data.length === 1],
  ['gAMA', (data) => data.length === 4],
  ['cHRM', (data) => data.length === 32],
  ['cICP', (data) => data.length === 4],
  ['sBIT', (data) => data.length <= 4],
  ['iCCP', isSmallProfile],
  ['eXIf', (data) => data.length <= 65_535],
]);
/** Channels by colour type; a palette is expanded to RGB. Undefined: there is no such type. */
const CHANNELS: readonly (number | undefined)[] = [1, undefined, 3, 3, 2, undefined, 4];

/**
 * Walks the chunks of a PNG (W3C PNG, third edition) and forwards only what a decoder needs: text chunks alone can
 * make libpng allocate 5 GB. APNG frames are not forwarded either, so that the still remains.
 */
export function readPng(bytes: Buffer): Structure | Fault {
  const kept: Buffer[] = [];
  const seen = new Set<string>();
  let keptFrom = 0;
  let at = SIGNATURE_BYTES;
  let type = '';
  while (type !== 'IEND') {
    if (at + CHUNK_FRAME_BYTES > bytes.length) return TRUNCATED;
    const length = bytes.readUInt32BE(at);
    const end = at + CHUNK_FRAME_BYTES + length;
    if (end > bytes.length) return TRUNCATED;
    type = bytes.toString('latin1', at + 4, at + 8);
    const fits = DIET.get(type);
    if (fits === undefined && isCritical(bytes.readUInt8(at + 4))) return DAMAGED;
    if ((type === 'IHDR') !== (at === SIGNATURE_BYTES)) return DAMAGED;
    const repeated = seen.has(type) && type !== 'IDAT';
    if (fits !== undefined && !repeated) seen.add(type);
    if (fits === undefined || repeated || !fits(bytes.subarray(at + 8, end - 4))) {
      if (type === 'IHDR' || type === 'PLTE' || type === 'IEND') return DAMAGED;
      if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at));
      keptFrom = end;
    }
    at = end;
  }
  if (!seen.has('IDAT')) return DAMAGED;
  if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at));
  const [whole] = kept;
  return readHeader(bytes, seen.has('tRNS'), kept.length === 1 && whole !== undefined ? whole : Buffer.concat(kept));
}

/** An upper-case first letter: a decoder that does not know the chunk must not show the picture. */
function isCritical(firstLetter: number): boolean {
  return (firstLetter & 0x20) === 0;
}

function readHeader(bytes: Buffer, transparent: boolean, data: Buffer): Structure | Fault {
  const header = SIGNATURE_BYTES + 8;
  const width = bytes.readUInt32BE(header);
  const height = bytes.readUInt32BE(header + 4);
  const depth = bytes.readUInt8(header + 8);
  const channels = CHANNELS[bytes.readUInt8(header + 9)];
  const interlaced = bytes.readUInt8(header + 12) !== 0;
  if (width === 0 || height === 0 || channels === undefined) return DAMAGED;
  const bytesPerPixel = (channels + (transparent ? 1 : 0)) * (depth === 16 ? 2 : 1);
  return { width, height, frames: 1, scans: 1, heldBytes: interlaced ? width * height * bytesPerPixel : 0, data };
}

/** A colour profile is worth keeping, but some inflate from 50 kB to 50 MB. */
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

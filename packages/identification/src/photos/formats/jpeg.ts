import {
  createPieceList,
  DAMAGED,
  type Fault,
  MAX_PIECES,
  type PieceList,
  type Structure,
  TRUNCATED,
  UNSUPPORTED_KIND,
} from './structure.ts';

/** The byte that begins each marker of a JPEG; the codes below follow it (ITU-T T.81, table B.1). */
export const MARKER = 0xff;
export const SOF0 = 0xc0;
export const SOF1 = 0xc1;
export const SOF2 = 0xc2;
export const DHT = 0xc4;
export const RST0 = 0xd0;
const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DRI = 0xdd;
const APP0 = 0xe0;

/** Ss, Se, Ah and Al of a sequential scan: all 64 coefficients in full precision (T.81, table B.3). */
const SEQUENTIAL = Buffer.from([0, 63, 0]);
const JFIF = Buffer.from('JFIF\0', 'latin1');
const JFIF_SEGMENT_BYTES = 16;
const JFIF_MAJOR = Buffer.from([1]);
const MAX_COMPONENTS = 4;
/** Bytes that are compared one by one before a call of indexOf is faster. */
const SCANNED_BYTES = 8;

interface Frame {
  width: number;
  height: number;
  progressive: boolean;
  /** Numbers of the components that no scan has held so far. */
  awaited: Set<number>;
  /** Coefficients a pixel: 3 for 4:4:4, 1.5 for 4:2:0. */
  density: number;
}

/**
 * Walks the markers of a JPEG (ITU-T T.81, Annex B) from SOI to EOI; all bytes after EOI are cut.
 *
 * Three faults are repaired, because the standard leaves no choice and no pixel depends on it: the spectral range and
 * bit positions in the header of a sequential scan, which some phones leave at zero; bytes before a marker that belong
 * to no segment, up to the first scan; and a JFIF version other than 1. A decoder ignores all three with a warning, and
 * a warning refuses a photo.
 *
 * A JPEG without its end marker stays refused on purpose, even when all rows decode. Only EOI says that no scan is
 * missing: a progressive picture that is truncated between two scans decodes without a warning, only coarser, and a
 * file that lacks its end was truncated on its way here. The sender still has the complete one.
 */
export function readJpeg(bytes: Buffer): Structure | Fault {
  const pieces = createPieceList();
  let frame: Frame | undefined;
  let scans = 0;
  let at = 2;
  for (;;) {
    const start = nextMarker(bytes, at);
    if (start > at) {
      if (scans > 0) return DAMAGED;
      pieces.replace(at, start);
      at = start;
    }
    if (pieces.count > MAX_PIECES) return DAMAGED;
    while (bytes[at] === MARKER) at += 1;
    const marker = bytes[at];
    if (marker === undefined) return TRUNCATED;
    at += 1;
    if (marker === EOI) break;
    if (marker === SOI) return DAMAGED;
    if (at + 2 > bytes.length) return TRUNCATED;
    const end = at + bytes.readUInt16BE(at);
    if (end < at + 2) return DAMAGED;
    if (end > bytes.length) return TRUNCATED;
    if (isFrameHeader(marker)) {
      if (frame !== undefined) return DAMAGED;
      if (!isCommon(marker)) return UNSUPPORTED_KIND;
      frame = readFrame(bytes.subarray(at + 2, end), marker);
      if (frame === undefined) return DAMAGED;
    }
    if (marker === APP0) repairVersion(pieces, bytes, at, end);
    if (marker === SOS) {
      if (frame === undefined) return DAMAGED;
      scans += 1;
      for (const component of componentsOf(bytes.subarray(at + 2, end))) frame.awaited.delete(component);
      if (!frame.progressive) repairScanHeader(pieces, bytes, at, end);
      at = endOfScan(bytes, end);
    } else {
      at = end;
    }
  }
  if (frame === undefined || scans === 0) return DAMAGED;
  const { awaited, width, height, progressive, density } = frame;
  // The header of a scan may be inside the segment before it; its data would then count as stray bytes.
  if (!progressive && awaited.size > 0) return DAMAGED;
  // libjpeg keeps every coefficient (2 bytes each) as soon as one row needs more than one pass.
  const heldBytes = progressive || scans > 1 ? Math.ceil(width * height * density * 2) : 0;
  return { width, height, frames: 1, scans, heldBytes, traits: [], pieces: pieces.upTo(at) };
}

/**
 * Returns the offset of the next marker, or of its fill bytes; the file's end when there is none. Between segments,
 * stuffed zeros, TEM and restarts do not count as markers.
 */
function nextMarker(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const start = nextFill(bytes, at);
    at = start;
    while (bytes[at] === MARKER) at += 1;
    const marker = bytes[at];
    if (marker === undefined || !isBare(marker)) return start;
    at += 1;
  }
  return bytes.length;
}

/**
 * Returns the offset of the next 0xFF; the file's end when there is none. Photos have one every few hundred bytes, hostile
 * files at every second byte: both must be fast.
 */
function nextFill(bytes: Buffer, from: number): number {
  for (let at = from; at < from + SCANNED_BYTES; at += 1) if (bytes[at] === MARKER) return at;
  const next = bytes.indexOf(MARKER, from + SCANNED_BYTES);
  return next === -1 ? bytes.length : next;
}

/** Whether a marker has no length and no place between segments: TEM, RSTn and 0x00. */
function isBare(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

function repairVersion(pieces: PieceList, bytes: Buffer, at: number, end: number): void {
  const version = at + 2 + JFIF.length;
  if (end - at < JFIF_SEGMENT_BYTES || !bytes.subarray(at + 2, version).equals(JFIF)) return;
  if (bytes[version] !== JFIF_MAJOR[0]) pieces.replace(version, version + 1, JFIF_MAJOR);
}

function repairScanHeader(pieces: PieceList, bytes: Buffer, at: number, end: number): void {
  const range = at + 3 + (bytes[at + 2] ?? 0) * 2;
  if (range + SEQUENTIAL.length !== end) return;
  if (!bytes.subarray(range, end).equals(SEQUENTIAL)) pieces.replace(range, end, SEQUENTIAL);
}

/** Whether a marker is SOF0 to SOF15; DHT, JPG and DAC have codes in the same range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/**
 * Whether a frame is baseline, extended or progressive with Huffman codes, as cameras and editors write it. The other
 * kinds are lossless, hierarchical or arithmetic-coded; arithmetic coding lets a tiny file keep a decoder busy for
 * long.
 */
function isCommon(marker: number): boolean {
  return marker === SOF0 || marker === SOF1 || marker === SOF2;
}

/** Returns undefined for an invalid header. A height of 0 would follow in a DNL marker, which no camera writes. */
function readFrame(segment: Buffer, marker: number): Frame | undefined {
  const components = segment[5] ?? 0;
  if (components < 1 || components > MAX_COMPONENTS || segment.length < 6 + components * 3) return undefined;
  const height = segment.readUInt16BE(1);
  const width = segment.readUInt16BE(3);
  const awaited = new Set<number>();
  let blocks = 0;
  let widest = 1;
  let tallest = 1;
  for (let component = 0; component < components; component += 1) {
    const sampling = segment.readUInt8(6 + component * 3 + 1);
    const across = sampling >> 4;
    const down = sampling & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4) return undefined;
    awaited.add(segment.readUInt8(6 + component * 3));
    blocks += across * down;
    widest = Math.max(widest, across);
    tallest = Math.max(tallest, down);
  }
  if (width === 0 || height === 0) return undefined;
  return { width, height, awaited, progressive: marker === SOF2, density: blocks / (widest * tallest) };
}

/** Reads the numbers of a scan's components from its header. */
function componentsOf(segment: Buffer): number[] {
  const count = Math.min(segment[0] ?? 0, MAX_COMPONENTS);
  return Array.from({ length: count }, (_, index) => segment[1 + index * 2] ?? -1);
}

/** Returns the offset of the next real marker: stuffed zeros, restarts and fill bytes belong to the scan data. */
export function endOfScan(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length) {
    at = nextFill(bytes, at);
    const code = bytes[at + 1];
    if (code === undefined) return bytes.length;
    if (code === MARKER) at += 1;
    else if (code === 0x00 || (code >= 0xd0 && code <= 0xd7)) at += 2;
    else return at;
  }
  return bytes.length;
}

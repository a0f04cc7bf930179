import { DAMAGED, type Fault, type Structure, TRUNCATED } from './structure.ts';

const MARKER = 0xff;
const EOI = 0xd9;
const SOS = 0xda;
const SOF0 = 0xc0;
const SOF1 = 0xc1;
const SOF2 = 0xc2;
const UNCOMMON: Fault = { fault: 'this kind of JPEG is not supported' };
/** How many bytes without 0xFF are looked at one by one before a search is worth its call. */
const PATIENCE = 8;

interface Frame {
  width: number;
  height: number;
  progressive: boolean;
  /** Coefficients a pixel: 3 for 4:4:4, 1.5 for 4:2:0. */
  density: number;
}

/** Walks the markers of a JPEG (ITU-T T.81, Annex B) from SOI to EOI; whatever follows EOI is cut. */
export function readJpeg(bytes: Buffer): Structure | Fault {
  let frame: Frame | undefined;
  let scans = 0;
  let at = 2;
  for (;;) {
    if (bytes[at] !== MARKER) return at < bytes.length ? DAMAGED : TRUNCATED;
    while (bytes[at] === MARKER) at += 1;
    const marker = bytes[at];
    if (marker === undefined) return TRUNCATED;
    at += 1;
    if (marker === EOI) break;
    if (isBare(marker)) return DAMAGED;
    if (at + 2 > bytes.length) return TRUNCATED;
    const end = at + bytes.readUInt16BE(at);
    if (end < at + 2) return DAMAGED;
    if (end > bytes.length) return TRUNCATED;
    if (isFrameHeader(marker)) {
      if (frame !== undefined) return DAMAGED;
      if (!isCommon(marker)) return UNCOMMON;
      frame = readFrame(bytes.subarray(at + 2, end), marker);
      if (frame === undefined) return DAMAGED;
    }
    at = end;
    if (marker === SOS) {
      if (frame === undefined) return DAMAGED;
      scans += 1;
      at = endOfScan(bytes, at);
    }
  }
  if (frame === undefined || scans === 0) return DAMAGED;
  const { width, height, progressive, density } = frame;
  // libjpeg keeps every coefficient (2 bytes each) as soon as one row needs more than one pass.
  const heldBytes = progressive || scans > 1 ? Math.ceil(width * height * density * 2) : 0;
  return { width, height, frames: 1, scans, heldBytes, traits: [], data: bytes.subarray(0, at) };
}

/** Markers without a length, which have no place between segments: TEM, RSTn, SOI, and 0x00. */
function isBare(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which live in the same range. */
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

/** Undefined when it makes no sense; a height of 0 would come later in a DNL marker, which nobody's camera writes. */
function readFrame(segment: Buffer, marker: number): Frame | undefined {
  const components = segment[5] ?? 0;
  if (components < 1 || components > 4 || segment.length < 6 + components * 3) return undefined;
  const height = segment.readUInt16BE(1);
  const width = segment.readUInt16BE(3);
  let blocks = 0;
  let widest = 1;
  let tallest = 1;
  for (let component = 0; component < components; component += 1) {
    const sampling = segment.readUInt8(6 + component * 3 + 1);
    const across = sampling >> 4;
    const down = sampling & 15;
    if (across < 1 || across > 4 || down < 1 || down > 4) return undefined;
    blocks += across * down;
    widest = Math.max(widest, across);
    tallest = Math.max(tallest, down);
  }
  if (width === 0 || height === 0) return undefined;
  return { width, height, progressive: marker === SOF2, density: blocks / (widest * tallest) };
}

/** The place of the next real marker: stuffed zeros, restarts and fill bytes belong to the compressed data. */
function endOfScan(bytes: Buffer, from: number): number {
  let at = from;
  let dry = 0;
  while (at < bytes.length) {
    if (bytes[at] !== MARKER) {
      at += 1;
      dry += 1;
      // Photos have 0xFF every few hundred bytes, hostile files at every second one: both must be quick.
      if (dry === PATIENCE) {
        const next = bytes.indexOf(MARKER, at);
        if (next === -1) return bytes.length;
        at = next;
        dry = 0;
      }
      continue;
    }
    const code = bytes[at + 1];
    if (code === undefined) return bytes.length;
    if (code === MARKER) at += 1;
    else if (code === 0x00 || (code >= 0xd0 && code <= 0xd7)) at += 2;
    else return at;
    dry = 0;
  }
  return at;
}

import { createPieceList, DAMAGED, type Fault, MAX_PIECES, type Structure, TRUNCATED } from './structure.ts';

const HEADER_BYTES = 13;
const DESCRIPTOR_BYTES = 10;
const PADDING = 0x00;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const PLAIN_TEXT = 0x01;
const MISSING_TRAILER = Buffer.from([TRAILER]);

/** The picture data of a frame: the offset of its code size, and the number of pixels that it must hold. */
export interface FrameData {
  start: number;
  pixels: number;
}

/**
 * Walks the blocks of a GIF (GIF89a specification) up to its trailer; all bytes after it are cut. The size is the
 * larger of the header's and the frames', since decoders disagree about which one is the canvas.
 *
 * Two faults are repaired: a missing trailer behind complete frames, since only that byte can follow, and zeros behind
 * a frame, since no block begins with one. As a byte too many or too few in the picture data looks the same,
 * `holdsFirstFrame` checks a repaired file before it is decoded. A file that ends inside a block, or behind the graphic
 * control of a missing frame, was truncated and stays refused.
 */
export function readGif(bytes: Buffer): Structure | Fault {
  if (bytes.length < HEADER_BYTES) return TRUNCATED;
  const pieces = createPieceList();
  let width = bytes.readUInt16LE(6);
  let height = bytes.readUInt16LE(8);
  let frames = 0;
  let isFrameAnnounced = false;
  let at = HEADER_BYTES + paletteBytes(bytes.readUInt8(10));
  for (;;) {
    const block = bytes[at];
    if (block === TRAILER) {
      at += 1;
      break;
    }
    if (block === undefined) {
      if (frames === 0 || isFrameAnnounced) return TRUNCATED;
      pieces.replace(at, at, MISSING_TRAILER);
      break;
    }
    let end: number | undefined;
    if (block === IMAGE) {
      if (at + DESCRIPTOR_BYTES >= bytes.length) return TRUNCATED;
      width = Math.max(width, bytes.readUInt16LE(at + 1) + bytes.readUInt16LE(at + 5));
      height = Math.max(height, bytes.readUInt16LE(at + 3) + bytes.readUInt16LE(at + 7));
      frames += 1;
      isFrameAnnounced = false;
      end = endOfSubBlocks(bytes, frameData(bytes, at).start + 1);
    } else if (block === EXTENSION) {
      const label = bytes[at + 1];
      if (label === GRAPHIC_CONTROL || label === PLAIN_TEXT) isFrameAnnounced = label === GRAPHIC_CONTROL;
      end = endOfSubBlocks(bytes, at + 2);
    } else if (block === PADDING && frames > 0) {
      end = endOfPadding(bytes, at);
      pieces.replace(at, end);
      if (pieces.count > MAX_PIECES) return DAMAGED;
    } else {
      return DAMAGED;
    }
    if (end === undefined) return TRUNCATED;
    at = end;
  }
  if (frames === 0 || width === 0 || height === 0) return DAMAGED;
  const heldBytes = width * height * 4;
  return { width, height, frames, scans: 1, heldBytes, traits: [], pieces: pieces.upTo(at) };
}

/** Finds the first frame of a GIF that passed `readGif`: only extensions precede it. */
export function firstFrame(gif: Buffer): FrameData {
  let at = HEADER_BYTES + paletteBytes(gif.readUInt8(10));
  while (gif[at] === EXTENSION) at = endOfSubBlocks(gif, at + 2) ?? gif.length;
  return frameData(gif, at);
}

function frameData(bytes: Buffer, at: number): FrameData {
  const pixels = bytes.readUInt16LE(at + 5) * bytes.readUInt16LE(at + 7);
  return { start: at + DESCRIPTOR_BYTES + paletteBytes(bytes.readUInt8(at + 9)), pixels };
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Returns the offset behind the empty sub-block that ends a series; undefined when the file ends before. */
function endOfSubBlocks(bytes: Buffer, from: number): number | undefined {
  let at = from;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}

function endOfPadding(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === PADDING) at += 1;
  return at;
}

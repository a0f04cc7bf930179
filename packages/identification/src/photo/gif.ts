import { DAMAGED, type Fault, type Structure, TRUNCATED } from './structure.ts';

const HEADER_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/**
 * Walks the blocks of a GIF (GIF89a specification) up to its trailer; whatever follows is cut. The size is the larger
 * of the header's and the frames', since decoders disagree about which one is the canvas.
 */
export function readGif(bytes: Buffer): Structure | Fault {
  if (bytes.length < HEADER_BYTES) return TRUNCATED;
  let width = bytes.readUInt16LE(6);
  let height = bytes.readUInt16LE(8);
  let frames = 0;
  let at = HEADER_BYTES + paletteBytes(bytes.readUInt8(10));
  for (;;) {
    const block = bytes[at];
    if (block === undefined) return TRUNCATED;
    at += 1;
    if (block === TRAILER) break;
    if (block === IMAGE) {
      if (at + 10 > bytes.length) return TRUNCATED;
      width = Math.max(width, bytes.readUInt16LE(at) + bytes.readUInt16LE(at + 4));
      height = Math.max(height, bytes.readUInt16LE(at + 2) + bytes.readUInt16LE(at + 6));
      frames += 1;
      // The descriptor's nine bytes, its palette, and the code size in front of the data.
      at = endOfSubBlocks(bytes, at + 9 + paletteBytes(bytes.readUInt8(at + 8)) + 1);
    } else if (block === EXTENSION) {
      at = endOfSubBlocks(bytes, at + 1);
    } else {
      return DAMAGED;
    }
  }
  if (frames === 0 || width === 0 || height === 0) return DAMAGED;
  return { width, height, frames, scans: 1, heldBytes: width * height * 4, traits: [], data: bytes.subarray(0, at) };
}

function paletteBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Behind the empty sub-block that ends a row of them; behind the file when there is none. */
function endOfSubBlocks(bytes: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return bytes.length;
    at += 1 + length;
    if (length === 0) return at;
  }
}

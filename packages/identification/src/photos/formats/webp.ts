import { chunkType, DAMAGED, type Fault, type Structure, TRUNCATED } from './structure.ts';

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const VP8X = chunkType('VP8X');
const ANMF = chunkType('ANMF');

interface Size {
  width: number;
  height: number;
}

/**
 * Walks the chunks of a WebP (RFC 9649) inside its RIFF size; trailing bytes are cut. The size is the largest that
 * any chunk claims, so that a small canvas cannot hide a large picture.
 */
export function readWebp(bytes: Buffer): Structure | Fault {
  const riffEnd = CHUNK_HEADER_BYTES + bytes.readUInt32LE(4);
  if (riffEnd > bytes.length) return TRUNCATED;
  let width = 0;
  let height = 0;
  let animationFrames = 0;
  let pictures = 0;
  let at = RIFF_HEADER_BYTES;
  while (at + CHUNK_HEADER_BYTES <= riffEnd) {
    const type = bytes.readUInt32BE(at);
    const length = bytes.readUInt32LE(at + 4);
    const data = at + CHUNK_HEADER_BYTES;
    if (data + length > riffEnd) return TRUNCATED;
    const readSize = SIZES.get(type);
    if (readSize !== undefined) {
      const size = readSize(bytes.subarray(data, data + length));
      if (size === undefined) return DAMAGED;
      width = Math.max(width, size.width);
      height = Math.max(height, size.height);
      if (type === ANMF) animationFrames += 1;
      if (type !== VP8X) pictures += 1;
    }
    at = data + length + (length % 2);
  }
  if (pictures === 0) return DAMAGED;
  return {
    width,
    height,
    frames: Math.max(1, animationFrames),
    scans: 1,
    // libwebp decodes into one RGBA canvas.
    heldBytes: width * height * 4,
    traits: [],
    pieces: [{ from: 0, to: riffEnd }],
  };
}

/** Readers of the chunks that have a size. They return undefined if a chunk is too short or has no start code. */
const SIZES = new Map<number, (data: Buffer) => Size | undefined>([
  [VP8X, (data) => (data.length < 10 ? undefined : size24(data, 4))],
  [ANMF, (data) => (data.length < 16 ? undefined : size24(data, 6))],
  [chunkType('VP8 '), lossySize],
  [chunkType('VP8L'), losslessSize],
]);

function size24(data: Buffer, at: number): Size {
  return { width: data.readUIntLE(at, 3) + 1, height: data.readUIntLE(at + 3, 3) + 1 };
}

/** Reads a key frame's header (RFC 6386, 9.1): the upper two bits of each side are a scaling hint. */
function lossySize(data: Buffer): Size | undefined {
  if (data.length < 10 || data.readUIntBE(3, 3) !== 0x9d012a) return undefined;
  const width = data.readUInt16LE(6) & 0x3fff;
  const height = data.readUInt16LE(8) & 0x3fff;
  return width === 0 || height === 0 ? undefined : { width, height };
}

function losslessSize(data: Buffer): Size | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined;
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

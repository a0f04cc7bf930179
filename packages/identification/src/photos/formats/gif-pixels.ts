import { setImmediate as nextTurn } from 'node:timers/promises';
import { firstFrame } from './gif.ts';

const MAX_CODES = 4_096;
const MAX_CODE_BITS = 12;
/** Bits per pixel that an encoder may declare (GIF89a, appendix F). */
const PIXEL_BITS = { least: 1, most: 8 };

/** Number of sub-blocks, of at most 255 bytes, that are read before other work runs: a few milliseconds. */
const BLOCKS_PER_TURN = 500;

/**
 * Whether the first frame of a GIF, the one that is identified, holds exactly its pixels. Only repaired photos are
 * checked: where a sub-block lost or gained a byte, the walk over the blocks can end at an apparent missing trailer.
 * Takes about 20 ms per megabyte, and lets other work run in between.
 *
 * @param gif has passed `readGif`, with its repairs done.
 */
export function holdsFirstFrame(gif: Buffer): Promise<boolean> {
  const { start, pixels } = firstFrame(gif);
  return holdsPixels(gif, start, pixels);
}

/**
 * Whether the picture data at `from`, which begins with its code size, holds exactly this many pixels and no more
 * bytes. Adds up how many pixels each LZW code stands for (GIF89a, appendix F), without decoding colours.
 */
export async function holdsPixels(bytes: Buffer, from: number, pixels: number): Promise<boolean> {
  const pixelBits = bytes[from] ?? 0;
  if (pixelBits < PIXEL_BITS.least || pixelBits > PIXEL_BITS.most) return false;
  const clear = 1 << pixelBits;
  const end = clear + 1;
  /** Number of pixels that each code stands for. */
  const lengths = new Uint32Array(MAX_CODES).fill(1, 0, clear);
  let next = end + 1;
  let codeBits = pixelBits + 1;
  let previous = 0;
  let found = 0;
  let buffer = 0;
  let bitCount = 0;
  let blocksInTurn = 0;

  for (let block = from + 1; ; ) {
    const length = bytes[block] ?? 0;
    if (length === 0) return found === pixels;
    blocksInTurn += 1;
    if (blocksInTurn > BLOCKS_PER_TURN) {
      blocksInTurn = 0;
      // oxlint-disable-next-line no-await-in-loop -- waits for other work
      await nextTurn();
    }
    const blockEnd = block + 1 + length;
    for (let at = block + 1; at < blockEnd; at += 1) {
      buffer |= bytes.readUInt8(at) << bitCount;
      bitCount += 8;
      while (bitCount >= codeBits) {
        const code = buffer & ((1 << codeBits) - 1);
        buffer >>>= codeBits;
        bitCount -= codeBits;
        if (code === end) return found === pixels && at === blockEnd - 1 && bytes[blockEnd] === 0;
        if (code === clear) {
          next = end + 1;
          codeBits = pixelBits + 1;
          previous = 0;
          continue;
        }
        if (code > next || (code === next && previous === 0)) return false;
        const run = code === next ? previous + 1 : (lengths[code] ?? 0);
        if (previous > 0 && next < MAX_CODES) {
          lengths[next] = previous + 1;
          next += 1;
          if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits += 1;
        }
        previous = run;
        found += run;
        if (found > pixels) return false;
      }
    }
    block = blockEnd;
  }
}

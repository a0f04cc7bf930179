const MAX_CODES = 4_096;
const MAX_CODE_BITS = 12;
/** Bits of a pixel that an encoder may declare (GIF89a, appendix F). */
const PIXEL_BITS = { least: 1, most: 8 };

/**
 * Whether the picture data at `from`, its code size first, holds exactly this many pixels, and nothing behind them.
 * Counts what each LZW code stands for (GIF89a, appendix F) and decodes no colour.
 */
export function holdsPixels(bytes: Buffer, from: number, pixels: number): boolean {
  const pixelBits = bytes[from] ?? 0;
  if (pixelBits < PIXEL_BITS.least || pixelBits > PIXEL_BITS.most) return false;
  const clear = 1 << pixelBits;
  const end = clear + 1;
  /** How many pixels each code stands for. */
  const lengths = new Uint32Array(MAX_CODES).fill(1, 0, clear);
  let next = end + 1;
  let codeBits = pixelBits + 1;
  let before = 0;
  let found = 0;
  let held = 0;
  let heldBits = 0;

  for (let block = from + 1; ; ) {
    const length = bytes[block] ?? 0;
    if (length === 0) return found === pixels;
    const blockEnd = block + 1 + length;
    for (let at = block + 1; at < blockEnd; at += 1) {
      held |= bytes.readUInt8(at) << heldBits;
      heldBits += 8;
      while (heldBits >= codeBits) {
        const code = held & ((1 << codeBits) - 1);
        held >>>= codeBits;
        heldBits -= codeBits;
        if (code === end) return found === pixels && at === blockEnd - 1 && bytes[blockEnd] === 0;
        if (code === clear) {
          next = end + 1;
          codeBits = pixelBits + 1;
          before = 0;
          continue;
        }
        if (code > next || (code === next && before === 0)) return false;
        const run = code === next ? before + 1 : (lengths[code] ?? 0);
        if (before > 0 && next < MAX_CODES) {
          lengths[next] = before + 1;
          next += 1;
          if (next === 1 << codeBits && codeBits < MAX_CODE_BITS) codeBits += 1;
        }
        before = run;
        found += run;
        if (found > pixels) return false;
      }
    }
    block = blockEnd;
  }
}

import type { HuffmanTable } from './huffman-tables.ts';
import { MARKER, RST0 } from './jpeg-markers.ts';

const COEFFICIENTS = 64;
const PEEK_BITS = 16;
/** Run length of the code ZRL, sixteen zeros. Any other code without a value is EOB, the end of the block. */
const SIXTEEN_ZEROS = 15;

/** Huffman tables of one block of a scan. */
export interface BlockTables {
  dc: HuffmanTable;
  ac: HuffmanTable;
}

/** Reads the codes of a sequential scan (ITU-T T.81, F.2.2) and skips their values. */
export class EntropyReader {
  readonly #bytes: Buffer;
  #at: number;
  /** Bits that were loaded from the file, the latest in the lowest places. */
  #buffer = 0;
  /** Number of loaded bits that are not read yet; a negative number is that of bits to skip. */
  #bitCount = 0;
  /** Number of zero bits that were loaded behind the end of the data. */
  #paddingBits = 0;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Reads the blocks of `count` minimum coded units (MCU); false when a code does not exist. */
  read(mcu: readonly BlockTables[], count: number): boolean {
    for (let left = count; left > 0; left -= 1) {
      for (const tables of mcu) if (!this.#readBlock(tables)) return false;
    }
    return true;
  }

  /** Whether the data held every bit that was read. */
  isWithinData(): boolean {
    while (this.#bitCount < 0) this.#loadByte();
    return this.#paddingBits <= this.#bitCount;
  }

  /** Whether the data held every bit that was read, and only zeros are left; some cameras append zeros. */
  isAtEnd(): boolean {
    if (!this.isWithinData()) return false;
    const leftBytes = (this.#bitCount - this.#paddingBits) >> 3;
    if (((this.#buffer >>> this.#paddingBits) & ((1 << (leftBytes * 8)) - 1)) !== 0) return false;
    let at = this.#at;
    while (this.#bytes[at] === 0) at += 1;
    return this.#bytes[at] === MARKER && this.#bytes[at + 1] !== 0;
  }

  /** Moves behind the restart marker with this number; false when data is missing before it, or it is not there. */
  restart(number: number): boolean {
    if (!this.isWithinData()) return false;
    this.#bitCount = 0;
    this.#paddingBits = 0;
    while (this.#bytes[this.#at] === MARKER && this.#bytes[this.#at + 1] === MARKER) this.#at += 1;
    if (this.#bytes[this.#at] !== MARKER || this.#bytes[this.#at + 1] !== RST0 + number) return false;
    this.#at += 2;
    return true;
  }

  #readBlock({ ac, dc }: BlockTables): boolean {
    let table = dc;
    for (let coefficient = 0; coefficient < COEFFICIENTS; coefficient += 1) {
      while (this.#bitCount < PEEK_BITS) this.#loadByte();
      const entry = table[(this.#buffer >>> (this.#bitCount - PEEK_BITS)) & 0xffff] ?? 0;
      if (entry === 0) return false;
      const symbol = entry & 0xff;
      const valueBits = coefficient === 0 ? symbol : symbol & 15;
      this.#bitCount -= (entry >> 8) + valueBits;
      if (coefficient > 0) {
        const run = symbol >> 4;
        if (valueBits === 0 && run !== SIXTEEN_ZEROS) return true;
        coefficient += run;
      }
      table = ac;
    }
    return true;
  }

  #loadByte(): void {
    let byte = this.#bytes[this.#at] ?? MARKER;
    if (byte !== MARKER) this.#at += 1;
    else if (this.#bytes[this.#at + 1] === 0) this.#at += 2;
    else {
      byte = 0;
      this.#paddingBits += 8;
    }
    this.#buffer = (this.#buffer << 8) | byte;
    this.#bitCount += 8;
  }
}

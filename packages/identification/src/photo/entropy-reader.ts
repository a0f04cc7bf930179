import type { HuffmanTable } from './huffman-tables.ts';

const MARKER = 0xff;
const RST0 = 0xd0;
const COEFFICIENTS = 64;
const PEEK_BITS = 16;
/** The run that stands for sixteen zeros when no value follows; any other then ends the block. */
const SIXTEEN_ZEROS = 15;

/** What one block of a scan is coded with. */
export interface BlockTables {
  dc: HuffmanTable;
  ac: HuffmanTable;
}

/** Reads the codes of a sequential scan (ITU-T T.81, F.2.2) and skips their values. */
export class EntropyReader {
  readonly #bytes: Buffer;
  #at: number;
  /** The last bits that were taken from the file. */
  #held = 0;
  /** How many of them are still to be read; below 0: so many more are to be skipped. */
  #heldBits = 0;
  /** Zero bits that were put behind the data because it ended. */
  #padding = 0;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Reads so many times the blocks of a unit; false when a code does not exist. */
  read(unit: readonly BlockTables[], times: number): boolean {
    for (let time = 0; time < times; time += 1) {
      for (const tables of unit) if (!this.#readBlock(tables)) return false;
    }
    return true;
  }

  /** Whether all that was read was there, to the last bit. */
  isWithinData(): boolean {
    while (this.#heldBits < 0) this.#take();
    return this.#padding <= this.#heldBits;
  }

  /** Whether all that was read was there, and only zeros are left, with which some cameras fill up. */
  isSpent(): boolean {
    if (!this.isWithinData()) return false;
    const leftBytes = (this.#heldBits - this.#padding) >> 3;
    if (((this.#held >>> this.#padding) & ((1 << (leftBytes * 8)) - 1)) !== 0) return false;
    let at = this.#at;
    while (this.#bytes[at] === 0) at += 1;
    return this.#bytes[at] === MARKER && this.#bytes[at + 1] !== 0;
  }

  /** Goes on behind the restart marker of this number; false when the data before it is short, or another follows. */
  restart(number: number): boolean {
    if (!this.isWithinData()) return false;
    this.#heldBits = 0;
    this.#padding = 0;
    while (this.#bytes[this.#at] === MARKER && this.#bytes[this.#at + 1] === MARKER) this.#at += 1;
    if (this.#bytes[this.#at] !== MARKER || this.#bytes[this.#at + 1] !== RST0 + number) return false;
    this.#at += 2;
    return true;
  }

  #readBlock({ ac, dc }: BlockTables): boolean {
    let table = dc;
    for (let coefficient = 0; coefficient < COEFFICIENTS; coefficient += 1) {
      while (this.#heldBits < PEEK_BITS) this.#take();
      const entry = table[(this.#held >>> (this.#heldBits - PEEK_BITS)) & 0xffff] ?? 0;
      if (entry === 0) return false;
      const symbol = entry & 0xff;
      const valueBits = coefficient === 0 ? symbol : symbol & 15;
      this.#heldBits -= (entry >> 8) + valueBits;
      if (coefficient > 0) {
        const run = symbol >> 4;
        if (valueBits === 0 && run !== SIXTEEN_ZEROS) return true;
        coefficient += run;
      }
      table = ac;
    }
    return true;
  }

  #take(): void {
    let byte = this.#bytes[this.#at] ?? MARKER;
    if (byte !== MARKER) this.#at += 1;
    else if (this.#bytes[this.#at + 1] === 0) this.#at += 2;
    else {
      byte = 0;
      this.#padding += 8;
    }
    this.#held = (this.#held << 8) | byte;
    this.#heldBits += 8;
  }
}

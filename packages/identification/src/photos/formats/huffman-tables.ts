const CODE_BITS = 16;
const CLASS_BYTES = 1;
/**
 * Maximum number of tables. An encoder defines four, or a few for each scan; each takes 128 kB, for 20 bytes of a file.
 */
const MAX_DEFINED = 64;

/**
 * Lookup table of a Huffman code. The index is the next 16 bits of the data; an entry has the length of the code in its
 * upper byte and the symbol in its lower one.
 */
export type HuffmanTable = Uint16Array;

/** The tables of a JPEG by their number, as defined so far. */
export interface HuffmanTables {
  dc: (HuffmanTable | undefined)[];
  ac: (HuffmanTable | undefined)[];
  /** Number of definitions, including those that replaced a table. */
  defined: number;
}

/** Adds the tables of a DHT segment (ITU-T T.81, B.2.4.2 and annex C); false when they are malformed or too many. */
export function defineTables(segment: Buffer, tables: HuffmanTables): boolean {
  let at = 0;
  while (at < segment.length) {
    tables.defined += 1;
    if (tables.defined > MAX_DEFINED) return false;
    const target = segment.readUInt8(at);
    const table = new Uint16Array(1 << CODE_BITS);
    let symbolAt = at + CLASS_BYTES + CODE_BITS;
    if (symbolAt > segment.length) return false;
    let code = 0;
    for (let length = 1; length <= CODE_BITS; length += 1) {
      const span = 1 << (CODE_BITS - length);
      for (let left = segment.readUInt8(at + length); left > 0; left -= 1) {
        const symbol = segment[symbolAt];
        const from = code * span;
        if (symbol === undefined || from >= table.length) return false;
        table.fill((length << 8) | symbol, from, from + span);
        code += 1;
        symbolAt += 1;
      }
      code *= 2;
    }
    (target >> 4 === 0 ? tables.dc : tables.ac)[target & 15] = table;
    at = symbolAt;
  }
  return true;
}

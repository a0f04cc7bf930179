import { setImmediate as nextTurn } from 'node:timers/promises';
import { DHT, DRI, EOI, endOfScan, MARKER, RST0, SOF0, SOF1, SOF2, SOS } from './jpeg.ts';

/** Markers of the segments that decoding a sequential scan depends on, besides DRI. */
const READ_MARKERS = new Set([SOF0, SOF1, DHT, SOS]);
const BLOCK_SIDE = 8;
/** Number of blocks that are read before other work runs: a few milliseconds. */
const BLOCKS_PER_TURN = 10_000;

interface Frame {
  width: number;
  height: number;
  components: readonly { id: number; across: number; down: number }[];
}

/** A scan as a row of minimum coded units (MCU), each of which holds the same blocks. */
interface Scan {
  mcu: readonly BlockTables[];
  mcuCount: number;
  /** Number of MCUs between two restart markers; 0: there are none. */
  interval: number;
}

/**
 * Whether each scan of a sequential JPEG holds every block that its header promises, and no more. Only repaired photos
 * are checked: a decoder warns of missing blocks, but libvips misses its warnings about the last 8 rows, or up to 64
 * where it shrinks. Without the repair the fault itself would have refused the photo. Takes about 30 ms per megabyte,
 * and lets other work run in between. Progressive JPEGs need no check: a decoder reads all their scans before the first row, so that no
 * warning is missed.
 *
 * @param jpeg has passed `readJpeg`, with its repairs done.
 */
export async function holdsAllBlocks(jpeg: Buffer): Promise<boolean> {
  const tables: HuffmanTables = { dc: [], ac: [], defined: 0 };
  let frame: Frame | undefined;
  let interval = 0;
  for (let at = 2; ; ) {
    while (jpeg[at + 1] === MARKER) at += 1;
    const marker = jpeg.readUInt8(at + 1);
    if (marker === EOI || marker === SOF2) return true;
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    const start = at + 4;
    at = end;
    if (marker === DRI) interval = end - start < 2 ? 0 : jpeg.readUInt16BE(start);
    if (!READ_MARKERS.has(marker)) continue;
    const segment = jpeg.subarray(start, end);
    if (marker === SOF0 || marker === SOF1) frame = frameOf(segment);
    if (marker === DHT && !defineTables(segment, tables)) return false;
    if (marker === SOS) {
      const scan = frame && scanOf(segment, frame, tables, interval);
      // oxlint-disable-next-line no-await-in-loop -- one scan follows the other
      if (scan === undefined || !(await isComplete(scan, new EntropyReader(jpeg, at)))) return false;
      at = endOfScan(jpeg, at);
    }
  }
}

async function isComplete({ interval, mcu, mcuCount }: Scan, reader: EntropyReader): Promise<boolean> {
  const mcusPerTurn = Math.ceil(BLOCKS_PER_TURN / mcu.length);
  let inTurn = 0;
  let restarts = 0;
  for (let done = 0; done < mcuCount; ) {
    const inInterval = interval === 0 ? 0 : done % interval;
    if (done > 0 && interval > 0 && inInterval === 0) {
      if (!reader.restart(restarts % 8)) return false;
      restarts += 1;
    }
    const count = Math.min(mcuCount - done, mcusPerTurn - inTurn, interval === 0 ? mcuCount : interval - inInterval);
    if (!reader.read(mcu, count)) return false;
    done += count;
    inTurn += count;
    if (inTurn < mcusPerTurn) continue;
    inTurn = 0;
    if (!reader.isWithinData()) return false;
    // oxlint-disable-next-line no-await-in-loop -- waits for other work
    await nextTurn();
  }
  return reader.isAtEnd();
}

/** Reads a SOF segment that has passed `readJpeg`. */
function frameOf(segment: Buffer): Frame {
  const components = Array.from({ length: segment.readUInt8(5) }, (_, index) => {
    const sampling = segment.readUInt8(7 + index * 3);
    return { id: segment.readUInt8(6 + index * 3), across: sampling >> 4, down: sampling & 15 };
  });
  return { height: segment.readUInt16BE(1), width: segment.readUInt16BE(3), components };
}

/** Reads a SOS segment (ITU-T T.81, A.2); undefined when it names a component or a table that does not exist. */
function scanOf(segment: Buffer, frame: Frame, { ac, dc }: HuffmanTables, interval: number): Scan | undefined {
  const widest = Math.max(...frame.components.map(({ across }) => across));
  const tallest = Math.max(...frame.components.map(({ down }) => down));
  const blocks = (pixels: number, sampling: number, most: number) =>
    Math.ceil(Math.ceil((pixels * sampling) / most) / BLOCK_SIDE);
  const count = segment[0] ?? 0;
  const mcu: BlockTables[] = [];
  let mcuCount = 0;
  for (let index = 0; index < count; index += 1) {
    const component = frame.components.find(({ id }) => id === segment[1 + index * 2]);
    const selected = segment[2 + index * 2] ?? 0;
    const dcTable = dc[selected >> 4];
    const acTable = ac[selected & 15];
    if (component === undefined || dcTable === undefined || acTable === undefined) return undefined;
    const { across, down } = component;
    // The MCU of a single component is one block; that of several holds all their blocks that cover the same pixels.
    const together = count === 1 ? 1 : across * down;
    for (let block = 0; block < together; block += 1) mcu.push({ dc: dcTable, ac: acTable });
    mcuCount =
      count === 1
        ? blocks(frame.width, across, widest) * blocks(frame.height, down, tallest)
        : blocks(frame.width, 1, widest) * blocks(frame.height, 1, tallest);
  }
  return mcu.length === 0 ? undefined : { mcu, mcuCount, interval };
}

const COEFFICIENTS = 64;
const PEEK_BITS = 16;
/** Run length of the code ZRL, sixteen zeros. Every other code without a value is EOB, the end of the block. */
const SIXTEEN_ZEROS = 15;

/** Huffman tables of one block of a scan. */
interface BlockTables {
  dc: HuffmanTable;
  ac: HuffmanTable;
}

/** Reads the codes of a sequential scan (ITU-T T.81, F.2.2) and skips their values. */
class EntropyReader {
  readonly #bytes: Buffer;
  #at: number;
  /** Bits that were loaded from the file, the latest in the lowest positions. */
  #buffer = 0;
  /** Number of loaded bits that are not read yet; if negative, number of bits to skip. */
  #bitCount = 0;
  /** Number of zero bits that were added behind the end of the data. */
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

  /** Moves behind the restart marker with this number; false when data before it or the marker itself is missing. */
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

const CODE_BITS = 16;
const CLASS_BYTES = 1;
/**
 * Maximum number of tables. An encoder defines four, or a few per scan; each takes 128 kB for 20 bytes of a file.
 */
const MAX_DEFINED = 64;

/**
 * Lookup table of a Huffman code. The index is the next 16 bits of the data; an entry has the length of the code in its
 * upper byte and the symbol in its lower one.
 */
type HuffmanTable = Uint16Array;

/** The tables of a JPEG by their number, as defined so far. */
interface HuffmanTables {
  dc: (HuffmanTable | undefined)[];
  ac: (HuffmanTable | undefined)[];
  /** Number of definitions, including those that replaced a table. */
  defined: number;
}

/** Adds the tables of a DHT segment (ITU-T T.81, B.2.4.2 and annex C); false when they are malformed or too many. */
function defineTables(segment: Buffer, tables: HuffmanTables): boolean {
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

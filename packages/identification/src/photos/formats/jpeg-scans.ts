import { setImmediate as nextTurn } from 'node:timers/promises';
import { type BlockTables, EntropyReader } from './entropy-reader.ts';
import { defineTables, type HuffmanTables } from './huffman-tables.ts';
import { endOfScan } from './jpeg.ts';
import { DHT, DRI, EOI, MARKER, SOF0, SOF1, SOF2, SOS } from './jpeg-markers.ts';

/** Markers of the segments that decoding a sequential scan depends on, beside DRI. */
const READ_MARKERS = new Set([SOF0, SOF1, DHT, SOS]);
const BLOCK_SIDE = 8;
/** Number of blocks that are read before other work gets its turn: a few milliseconds. */
const BLOCKS_A_TURN = 10_000;

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
 * are checked: a decoder warns of missing blocks, but libvips misses its warnings about the last rows, 8 of them and up
 * to 64 where it shrinks. Without the repair the fault itself would have refused the photo. Takes about 30 ms a
 * megabyte, in turns. Progressive JPEGs need no check: a decoder reads all their scans before the first row, so that no
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
      if (scan === undefined || !(await isWhole(scan, new EntropyReader(jpeg, at)))) return false;
      at = endOfScan(jpeg, at);
    }
  }
}

async function isWhole({ interval, mcu, mcuCount }: Scan, reader: EntropyReader): Promise<boolean> {
  const mcusPerTurn = Math.ceil(BLOCKS_A_TURN / mcu.length);
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

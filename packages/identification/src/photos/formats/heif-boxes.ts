import { chunkType, DAMAGED, type Fault, TRUNCATED } from './structure.ts';

/** Maximum boxes in one box, and maximum entries of one of its lists; a photo of 50 megapixels has about 200 tiles. */
const MAX_ENTRIES = 2_000;
/** Maximum properties of all items together, and maximum references between them; such a photo has about 1,000 of each. */
const MAX_LINKS = 8_000;
/** Maximum bytes of all items together, of which several may be the same: libheif reads all, also Exif and XMP. */
const MAX_ITEM_BYTES = 32 * 1024 * 1024;
const HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
/** Version and flags at the start of a full box (ISO/IEC 14496-12, 4.2). */
const FULL_BYTES = 4;

/** A box of an ISO media file; `from` and `to` are offsets of its content in the file. */
export interface Box {
  type: number;
  /** Offset of the header. */
  start: number;
  from: number;
  to: number;
}

/** Carries a fault out of the depth of nested boxes. */
export class HeifFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.fault);
    this.fault = fault;
  }
}

/**
 * Reads the header of the box at `at`, which must end before `to`.
 * @throws {HeifFault}
 */
export function readBox(bytes: Buffer, at: number, to: number): Box {
  if (at + HEADER_BYTES > to) throw new HeifFault(TRUNCATED);
  const type = bytes.readUInt32BE(at + 4);
  let size = bytes.readUInt32BE(at);
  let header = HEADER_BYTES;
  if (size === 1) {
    if (at + LARGE_HEADER_BYTES > to) throw new HeifFault(TRUNCATED);
    header = LARGE_HEADER_BYTES;
    size = Number(bytes.readBigUInt64BE(at + HEADER_BYTES));
  } else if (size === 0) {
    size = to - at;
  }
  if (size < header) throw new HeifFault(DAMAGED);
  if (at + size > to) throw new HeifFault(TRUNCATED);
  return { type, start: at, from: at + header, to: at + size };
}

/**
 * Lists the boxes inside a box, from `from`.
 * @throws {HeifFault} when one reaches beyond the outer box, or there are too many
 */
export function boxesIn(bytes: Buffer, { from, to }: { from: number; to: number }): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; ) {
    const box = readBox(bytes, at, to);
    boxes.push(box);
    if (boxes.length > MAX_ENTRIES) throw new HeifFault(DAMAGED);
    at = box.to;
  }
  return boxes;
}

/** Reads the fields of a box one after the other; a field beyond its end throws a RangeError. */
export class Fields {
  readonly #content: Buffer;
  #at = 0;

  constructor(bytes: Buffer, { from, to }: { from: number; to: number }) {
    this.#content = bytes.subarray(from, to);
  }

  /** Reads a number of 0, 1, 2, 4 or 8 bytes; one of 0 bytes is 0. */
  number(size: number): number {
    if (size === 0) return 0;
    const at = this.#at;
    this.#at += size;
    if (size === 8) return Number(this.#content.readBigUInt64BE(at));
    return this.#content.readUIntBE(at, size);
  }

  /** Reads a number of entries, of which there may be 2,000. */
  count(size: number): number {
    const count = this.number(size);
    if (count > MAX_ENTRIES) throw new HeifFault(DAMAGED);
    return count;
  }

  /** Reads the version and the flags of a full box. */
  version(): { version: number; flags: number } {
    const version = this.number(1);
    return { version, flags: this.number(FULL_BYTES - 1) };
  }
}

const INFE = chunkType('infe');
const DIMG = chunkType('dimg');
const AUXL = chunkType('auxl');

/** A run of an item's bytes; `to` exclusive, both as offsets in the file or in `idat`. */
interface Extent {
  from: number;
  to: number;
}

/** Where the bytes of an item are. `inIdat`: in the box `idat` instead of in the file; undefined: in neither. */
interface ItemPlace {
  inIdat: boolean | undefined;
  extents: readonly Extent[];
}

/** What the box `meta` says of the items of a HEIF file (ISO/IEC 23008-12), by their number. */
export interface Items {
  primary: number | undefined;
  types: ReadonlyMap<number, number>;
  places: ReadonlyMap<number, ItemPlace>;
  /** Numbers of the items that a derived picture, such as a grid, consists of. */
  parts: ReadonlyMap<number, readonly number[]>;
  /** Numbers of the items that are auxiliary to a picture, such as its transparency or its depth map. */
  auxiliaries: ReadonlyMap<number, readonly number[]>;
  properties: ReadonlyMap<number, readonly Box[]>;
  idat: Box | undefined;
}

/**
 * Reads the lists of the box `meta`.
 * @throws {HeifFault | RangeError} when a box or an entry reaches beyond the box around it
 */
export function readItems(bytes: Buffer, meta: Box): Items {
  const boxes = new Map<number, Box>();
  for (const box of boxesIn(bytes, { from: meta.from + FULL_BYTES, to: meta.to })) {
    if (boxes.has(box.type)) throw new HeifFault(DAMAGED);
    boxes.set(box.type, box);
  }
  const read = <T>(type: string, reader: (bytes: Buffer, box: Box) => T): T | undefined => {
    const box = boxes.get(chunkType(type));
    return box && reader(bytes, box);
  };
  return {
    primary: read('pitm', primaryItem),
    types: read('iinf', itemTypes) ?? new Map<number, number>(),
    places: read('iloc', itemPlaces) ?? new Map<number, ItemPlace>(),
    ...(read('iref', itemReferences) ?? { parts: new Map(), auxiliaries: new Map() }),
    properties: read('iprp', itemProperties) ?? new Map<number, readonly Box[]>(),
    idat: boxes.get(chunkType('idat')),
  };
}

function primaryItem(bytes: Buffer, box: Box): number {
  const fields = new Fields(bytes, box);
  return fields.number(fields.version().version === 0 ? 2 : 4);
}

function itemTypes(bytes: Buffer, box: Box): ReadonlyMap<number, number> {
  const fields = new Fields(bytes, box);
  const countBytes = fields.version().version === 0 ? 2 : 4;
  fields.count(countBytes);
  const types = new Map<number, number>();
  const known = new Set<number>();
  for (const entry of boxesIn(bytes, { from: box.from + FULL_BYTES + countBytes, to: box.to })) {
    if (entry.type !== INFE) continue;
    const item = new Fields(bytes, entry);
    const { version } = item.version();
    // Earlier versions have no type, so they are no pictures.
    if (version < 2) continue;
    const id = item.number(version === 2 ? 2 : 4);
    // A decoder may read only one of two entries of an item.
    if (known.has(id)) throw new HeifFault(DAMAGED);
    known.add(id);
    const isProtected = item.number(2) !== 0;
    if (!isProtected) types.set(id, item.number(4));
  }
  return types;
}

function itemPlaces(bytes: Buffer, box: Box): ReadonlyMap<number, ItemPlace> {
  const fields = new Fields(bytes, box);
  const { version } = fields.version();
  const sizes = fields.number(2);
  const [offsetBytes, lengthBytes, baseBytes] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15].map(sizeOf);
  const indexBytes = version === 0 ? 0 : sizeOf(sizes & 15);
  const idBytes = version < 2 ? 2 : 4;
  const places = new Map<number, ItemPlace>();
  let extentCount = 0;
  let itemBytes = 0;
  for (let left = fields.count(idBytes); left > 0; left -= 1) {
    const id = fields.number(idBytes);
    if (places.has(id)) throw new HeifFault(DAMAGED);
    const method = version === 0 ? 0 : fields.number(2) & 15;
    const isInFile = fields.number(2) === 0;
    const base = fields.number(baseBytes ?? 0);
    const extents: Extent[] = [];
    for (let more = fields.count(2); more > 0; more -= 1) {
      extentCount += 1;
      if (extentCount > MAX_ENTRIES) throw new HeifFault(DAMAGED);
      fields.number(indexBytes);
      const from = base + fields.number(offsetBytes ?? 0);
      const to = from + fields.number(lengthBytes ?? 0);
      extents.push({ from, to });
      itemBytes += Math.max(0, Math.min(to, bytes.length) - from);
    }
    if (itemBytes > MAX_ITEM_BYTES) throw new HeifFault(DAMAGED);
    places.set(id, { inIdat: isInFile && method < 2 ? method === 1 : undefined, extents });
  }
  return places;
}

/** Checks the size of an offset or length (ISO/IEC 14496-12, 8.11.3). */
function sizeOf(bytes: number): number {
  if (bytes !== 0 && bytes !== 4 && bytes !== 8) throw new HeifFault(DAMAGED);
  return bytes;
}

function itemReferences(bytes: Buffer, box: Box): Pick<Items, 'auxiliaries' | 'parts'> {
  const idBytes = new Fields(bytes, box).version().version === 0 ? 2 : 4;
  const parts = new Map<number, readonly number[]>();
  const auxiliaries = new Map<number, number[]>();
  let count = 0;
  for (const reference of boxesIn(bytes, { from: box.from + FULL_BYTES, to: box.to })) {
    if (reference.type !== DIMG && reference.type !== AUXL) continue;
    const fields = new Fields(bytes, reference);
    const id = fields.number(idBytes);
    const length = fields.count(2);
    count += length;
    if (count > MAX_LINKS) throw new HeifFault(DAMAGED);
    const others = Array.from({ length }, () => fields.number(idBytes));
    if (reference.type === DIMG) {
      if (parts.has(id)) throw new HeifFault(DAMAGED);
      parts.set(id, others);
    } else {
      for (const picture of others) {
        const own = auxiliaries.get(picture) ?? [];
        own.push(id);
        auxiliaries.set(picture, own);
      }
    }
  }
  return { auxiliaries, parts };
}

function itemProperties(bytes: Buffer, box: Box): ReadonlyMap<number, readonly Box[]> {
  const [container, ...associations] = boxesIn(bytes, box);
  if (container?.type !== chunkType('ipco')) throw new HeifFault(DAMAGED);
  const all = boxesIn(bytes, container);
  const properties = new Map<number, Box[]>();
  let count = 0;
  for (const association of associations) {
    if (association.type !== chunkType('ipma')) continue;
    const fields = new Fields(bytes, association);
    const { flags, version } = fields.version();
    const isWide = (flags & 1) !== 0;
    for (let left = fields.count(4); left > 0; left -= 1) {
      const id = fields.number(version === 0 ? 2 : 4);
      const own: Box[] = [];
      let more = fields.number(1);
      count += more;
      // A decoder may read only one of two lists of an item.
      if (properties.has(id) || properties.size === MAX_ENTRIES || count > MAX_LINKS) throw new HeifFault(DAMAGED);
      for (; more > 0; more -= 1) {
        // The upper bit says that a reader must know the property.
        const index = isWide ? fields.number(2) & 0x7fff : fields.number(1) & 0x7f;
        const property = all[index - 1];
        if (property !== undefined) own.push(property);
      }
      properties.set(id, own);
    }
  }
  return properties;
}

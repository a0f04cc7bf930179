import { boxesIn, readItems } from '../formats/heif-boxes.ts';
import { chunkType } from '../formats/structure.ts';

/** An item of a HEIF file: a coded picture, or a grid whose tiles are `parts`. */
export interface HeifItem {
  type: string;
  /** Boxes of its properties, such as `ispe`. */
  properties?: readonly Buffer[];
  data?: Buffer;
  parts?: readonly number[];
}

export interface HeifShape {
  brand?: string;
  /** Items with the numbers 1, 2, …. */
  items: readonly HeifItem[];
  /** Number of the primary item; 0: none. */
  primary?: number;
  /** Boxes between the header and the data. */
  extra?: readonly Buffer[];
  /** References between items, besides those of the grids. */
  references?: readonly Buffer[];
  /** Boxes that give further properties to the items. */
  associations?: readonly Buffer[];
}

export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

/** Makes the property for the size of a picture. */
export function ispe(width: number, height: number): Buffer {
  return box('ispe', u32(0), u32(width), u32(height));
}

/** Makes the data of a grid. */
export function grid(rows: number, columns: number, width: number, height: number): Buffer {
  return Buffer.concat([Buffer.from([0, 0, rows - 1, columns - 1]), u16(width), u16(height)]);
}

/** Makes a reference of one item to others. */
export function reference(type: string, from: number, to: readonly number[]): Buffer {
  return box(type, u16(from), u16(to.length), ...to.map(u16));
}

/** Makes a HEIF file whose item data follow each other in `mdat`. */
export function makeHeif(shape: HeifShape): Buffer {
  const { brand = 'heic', items, extra = [] } = shape;
  const ftyp = box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1${brand}`, 'latin1'));
  const data = items.map((item) => item.data ?? Buffer.alloc(0));
  const head = (from: number) => Buffer.concat([ftyp, metaOf(shape, offsets(data, from)), ...extra]);
  const dataAt = head(0).length + 8;
  return Buffer.concat([head(dataAt), box('mdat', ...data)]);
}

/** Returns the coded data and the properties of the primary item of a real file, to make another file of. */
export function codedItem(file: Buffer): Required<Pick<HeifItem, 'type' | 'properties' | 'data'>> {
  const meta = boxesIn(file, { from: 0, to: file.length }).find(({ type }) => type === chunkType('meta'));
  if (meta === undefined) throw new Error('no meta box');
  const { places, primary = 0, properties, types } = readItems(file, meta);
  const [extent] = places.get(primary)?.extents ?? [];
  if (extent === undefined) throw new Error('no data');
  const type = Buffer.alloc(4);
  type.writeUInt32BE(types.get(primary) ?? 0);
  return {
    type: type.toString('latin1'),
    properties: (properties.get(primary) ?? []).map(({ start, to }) => file.subarray(start, to)),
    data: file.subarray(extent.from, extent.to),
  };
}

function offsets(data: readonly Buffer[], from: number): number[] {
  let at = from;
  return data.map((bytes) => {
    const offset = at;
    at += bytes.length;
    return offset;
  });
}

function metaOf(
  { associations: more = [], items, primary = 1, references = [] }: HeifShape,
  places: readonly number[],
): Buffer {
  const properties = items.flatMap((item) => item.properties ?? []);
  let next = 1;
  const associations = items.map((item, index) => {
    const own = (item.properties ?? []).map(() => {
      next += 1;
      return next - 1;
    });
    return Buffer.concat([u16(index + 1), Buffer.from([own.length, ...own])]);
  });
  const infe = items.map(({ type }, index) =>
    box('infe', u32(2 << 24), u16(index + 1), u16(0), Buffer.from(`${type}\0`, 'latin1')),
  );
  const iloc = items.map((item, index) =>
    Buffer.concat([u16(index + 1), u16(0), u16(1), u32(places[index] ?? 0), u32(item.data?.length ?? 0)]),
  );
  const dimg = items.flatMap(({ parts }, index) => (parts === undefined ? [] : [reference('dimg', index + 1, parts)]));
  const iref = [...dimg, ...references];
  return box(
    'meta',
    u32(0),
    box('hdlr', u32(0), u32(0), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
    ...(primary === 0 ? [] : [box('pitm', u32(0), u16(primary))]),
    box('iloc', u32(0), Buffer.from([0x44, 0]), u16(items.length), ...iloc),
    box('iinf', u32(0), u16(items.length), ...infe),
    ...(iref.length === 0 ? [] : [box('iref', u32(0), ...iref)]),
    box('iprp', box('ipco', ...properties), box('ipma', u32(0), u32(items.length), ...associations), ...more),
  );
}

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

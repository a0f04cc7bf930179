import sharp, { type Sharp } from 'sharp';
import { box, codedItem, grid, type HeifItem, ispe, makeHeif, reference, u16, u32 } from './make-heif.ts';
import { segment } from './make-jpeg.ts';
import { realPicture } from './real-picture.ts';

/**
 * A text in every part of a composed photo but its primary picture. A composed photo is a file that holds further pictures,
 * a video or other data beside that picture.
 */
export const HIDDEN = 'not the primary picture';

const APP1 = 0xe1;
const APP2 = 0xe2;
const SOI_BYTES = 2;
/** EXIF orientation of a picture that was taken with the camera turned to the right. */
const TURNED_LEFT = 6;
const NAMESPACES =
  'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/"';

const video = (): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('mp42\0\0\0\0mp42', 'latin1')),
    box('moov', Buffer.from(HIDDEN)),
    box('mdat', Buffer.from(HIDDEN)),
  ]);

function xmp(properties: string): Buffer {
  const packet = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${NAMESPACES} ${properties}/></rdf:RDF></x:xmpmeta>`;
  return segment(APP1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${packet}`, 'latin1'));
}

/** Makes the index of a file of several pictures (CIPA DC-007), which says where the second one is. */
function multiPictureIndex(sizes: readonly number[]): Buffer {
  const entries = sizes.map((size, index) =>
    Buffer.concat([u32(index === 0 ? 0x2003_0000 : 0), u32(size), u32(0), u32(0)]),
  );
  const field = (tag: number, type: number, count: number, value: Buffer) =>
    Buffer.concat([u16(tag), u16(type), u32(count), value]);
  const fields = [
    field(0xb000, 7, 4, Buffer.from('0100')),
    field(0xb001, 4, 1, u32(sizes.length)),
    field(0xb002, 7, entries.length * 16, u32(50)),
  ];
  const head = Buffer.concat([Buffer.from('MM\0*', 'latin1'), u32(8), u16(fields.length), ...fields, u32(0)]);
  return segment(APP2, Buffer.concat([Buffer.from('MPF\0', 'latin1'), head, ...entries]));
}

/** Puts segments behind the SOI of a JPEG. */
function withSegments(jpeg: Buffer, ...segments: readonly Buffer[]): Buffer {
  return Buffer.concat([jpeg.subarray(0, SOI_BYTES), ...segments, jpeg.subarray(SOI_BYTES)]);
}

/** Makes a JPEG that is red left and blue right once it is upright, wide in colour, from a camera with an owner. */
async function cameraPhoto(): Promise<Buffer> {
  const turned = await realPicture(1_600, 1_200).rotate(-90).png().toBuffer();
  return sharp(turned)
    .withMetadata({ orientation: TURNED_LEFT })
    .withExifMerge({
      IFD0: { Artist: HIDDEN },
      IFD3: { GPSLatitude: '49/1 12/1 34/1', GPSLatitudeRef: 'N' },
    })
    .withIccProfile('p3')
    .jpeg({ quality: 80 })
    .toBuffer();
}

/** Makes a green JPEG, larger than the primary picture. */
async function secondPicture(): Promise<Buffer> {
  const green = sharp({ create: { width: 2_000, height: 1_500, channels: 3, background: '#0f0' } });
  return withSegments(
    await green.jpeg().toBuffer(),
    xmp(`hdrgm:Version="1.0" hdrgm:GainMapMax="3" Item:Label="${HIDDEN}"`),
  );
}

/** Samsung's block behind a picture: the data by name, then their index between `SEFH` and `SEFT`. */
function samsungTrailer(name: string, data: Buffer): Buffer {
  const block = Buffer.concat([Buffer.from([0, 0, 0x30, 0x0a]), u32(name.length), Buffer.from(name), data]);
  const index = Buffer.concat([
    Buffer.from('SEFH'),
    u32(107),
    u32(1),
    Buffer.from([0, 0, 0x30, 0x0a]),
    u32(block.length),
    u32(block.length),
  ]);
  return Buffer.concat([block, index, u32(index.length), Buffer.from('SEFT')]);
}

/** JPEGs of phones and cameras that hold more than one picture, by their kind; all have the same primary picture. */
export async function composedJpegs(): Promise<Record<string, Buffer>> {
  const [primary, second] = await Promise.all([cameraPhoto(), secondPicture()]);
  const movie = video();
  const small = await sharp(second).resize(160).jpeg().toBuffer();
  const motion = xmp(
    `GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1" Item:Semantic="MotionPhoto" Item:Length="${movie.length}"`,
  );
  const gainMap = xmp(`hdrgm:Version="1.0" Item:Semantic="GainMap" Item:Length="${second.length}"`);
  const index = multiPictureIndex([primary.length, second.length]);
  const iso = segment(APP2, Buffer.from('urn:iso:std:iso:ts:21496:-1\0\0\0\0\0', 'latin1'));
  return {
    'motion photo of Google': Buffer.concat([withSegments(primary, motion), movie]),
    'motion photo of Google, before 2020': Buffer.concat([
      withSegments(primary, xmp(`GCamera:MicroVideo="1" GCamera:MicroVideoOffset="${movie.length}"`)),
      movie,
    ]),
    'motion photo of Samsung': Buffer.concat([primary, samsungTrailer('MotionPhoto_Data', movie)]),
    'MPO of a stereo camera': Buffer.concat([withSegments(primary, index), second]),
    'Ultra HDR': Buffer.concat([withSegments(primary, gainMap, index), second]),
    'Ultra HDR by ISO 21496-1': Buffer.concat([withSegments(primary, iso, index), second]),
    'motion photo with a gain map': Buffer.concat([
      withSegments(primary, motion, gainMap, index),
      second,
      movie,
      samsungTrailer('MotionPhoto_Data', movie),
    ]),
    'JPEG with a thumbnail': withSegments(primary, segment(APP1, Buffer.concat([Buffer.from(`${HIDDEN}\0`), small]))),
    'JPEG with zeros in front of its second picture': Buffer.concat([primary, Buffer.alloc(4_096), second]),
  };
}

const TILE_SIDE = 64;

/** A picture of 128 x 64 pixels in the file and, by the turn of the file, of 64 x 128 upright: red below, blue above. */
function turnedGrid(parts: readonly number[]): HeifItem {
  const turnedLeft = box('irot', Buffer.from([1]));
  return {
    type: 'grid',
    properties: [ispe(2 * TILE_SIDE, TILE_SIDE), turnedLeft],
    data: grid(1, 2, 2 * TILE_SIDE, TILE_SIDE),
    parts,
  };
}

/**
 * HEIF files that hold more than one picture, by their kind. The primary picture is a grid of two tiles, which the
 * encoder codes.
 */
export async function composedHeifs(
  brand: 'avif' | 'heic',
  encode: (picture: Sharp) => Promise<Buffer>,
): Promise<Record<string, Buffer>> {
  const flat = (background: string) =>
    sharp({ create: { width: TILE_SIDE, height: TILE_SIDE, channels: 3, background } });
  const coded = async (background: string): Promise<HeifItem> => codedItem(await encode(flat(background)));
  const [red, blue, green] = await Promise.all([coded('#f00'), coded('#00f'), coded('#0f0')]);
  const auxiliary = (name: string): HeifItem => ({
    ...green,
    properties: [...(green.properties ?? []), box('auxC', u32(0), Buffer.from(`${name}\0`, 'latin1'))],
  });
  const tiles = [turnedGrid([2, 3]), red, blue];
  const items = (...others: readonly HeifItem[]) => [...tiles, ...others];
  const hidden = Buffer.from(HIDDEN);
  return {
    'gain map': makeHeif({
      brand,
      items: items(auxiliary('urn:com:apple:photo:2020:aux:hdrgainmap')),
      references: [reference('auxl', 4, [1])],
    }),
    'gain map by ISO 21496-1': makeHeif({
      brand,
      items: items(green, { type: 'tmap', properties: [ispe(128, 64)], data: hidden, parts: [1, 4] }),
    }),
    'depth map and matte': makeHeif({
      brand,
      items: items(
        auxiliary('urn:mpeg:hevc:2015:auxid:2'),
        auxiliary('urn:com:apple:photo:2018:aux:portraiteffectsmatte'),
      ),
      references: [reference('auxl', 4, [1]), reference('auxl', 5, [1])],
    }),
    'thumbnail, EXIF and XMP': makeHeif({
      brand,
      items: items(green, { type: 'Exif', data: hidden }, { type: 'mime', data: hidden }),
      references: [reference('thmb', 4, [1]), reference('cdsc', 5, [1]), reference('cdsc', 6, [1])],
    }),
    burst: makeHeif({ brand, items: [green, green, turnedGrid([4, 5]), red, blue], primary: 3 }),
    'motion photo of Samsung': Buffer.concat([
      makeHeif({ brand, items: tiles, extra: [box('mpvd', video())] }),
      box('sefd', samsungTrailer('MotionPhoto_Data', hidden)),
    ]),
    ...(brand === 'heic' && { 'Live Photo': makeHeif({ brand, items: tiles, extra: [box('moov', hidden)] }) }),
  };
}

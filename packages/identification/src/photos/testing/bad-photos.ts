import sharp from 'sharp';
import { SOS } from '../formats/jpeg.ts';
import { makeGif } from './make-gif.ts';
import { grid, type HeifItem, ispe, makeHeif } from './make-heif.ts';
import { makeJpeg } from './make-jpeg.ts';
import { chunk, compressedText, makePng } from './make-png.ts';
import { animationFrame, extended, lossless, lossy, makeWebp } from './make-webp.ts';

/** A photo that is refused, with its status over HTTP. */
export interface BadPhoto {
  name: string;
  bytes: Buffer;
  status: 413 | 415 | 422;
}

const MAX_BYTES = 10_485_760;
const LARGE = { width: 10_000, height: 8_900 };
const PIXEL = { width: 1, height: 1 };
const EOI = Buffer.from([0xff, 0xd9]);

/** Makes a JPEG of noise. In quality 95 it has 0.8 bytes for each pixel: 12 megapixels have a little less than 10 MB. */
export async function noiseJpeg(width: number, height: number, quality = 95): Promise<Buffer> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  return sharp({ create: { width, height, channels: 3, background: '#000', noise } })
    .jpeg({ quality })
    .toBuffer();
}

/** Returns the photo with an impossible spectral range in its scan header, which is repaired, as some cameras write it. */
function withWrongScanHeader(jpeg: Buffer): Buffer {
  const wrong = Buffer.from(jpeg);
  const scan = wrong.indexOf(Buffer.from([0xff, SOS]));
  const components = wrong.readUInt8(scan + 4);
  wrong[scan + 6 + components * 2] = 0;
  return wrong;
}

/**
 * Makes photos that try to cost much before they are refused: bombs by size, frames, scans and chunks, and files that are
 * damaged only at their end. `photo` is a whole JPEG, of which the damaged ones are made.
 */
export function badPhotos(photo: Buffer): readonly BadPhoto[] {
  const cutOff = photo.subarray(0, photo.length * 0.99);
  const shortened = Buffer.concat([cutOff, EOI]);
  const chunks = times(600_000, chunk('IDAT', Buffer.alloc(1)));
  const frames = times(60_000, animationFrame(PIXEL));
  const texts = times(40, compressedText(49 * 1024 * 1024));
  const tiles = { type: 'grid', properties: [ispe(64, 64)], data: grid(1, 1, 64, 64), parts: [2] };
  return [
    { name: 'JPEG of 2,600 scans', bytes: makeJpeg({ ...LARGE, progressive: true, scans: 2_600 }), status: 413 },
    { name: 'progressive JPEG of 89 megapixels', bytes: makeJpeg({ ...LARGE, progressive: true }), status: 413 },
    { name: 'JPEG without its end', bytes: cutOff, status: 422 },
    { name: 'JPEG whose last rows are missing', bytes: shortened, status: 422 },
    { name: 'JPEG to be repaired whose last rows are missing', bytes: withWrongScanHeader(shortened), status: 422 },
    { name: 'PNG of 400 megapixels', bytes: makePng({ width: 20_000, height: 20_000 }), status: 413 },
    { name: 'interlaced PNG of 89 megapixels', bytes: makePng({ ...LARGE, depth: 16, interlaced: true }), status: 413 },
    { name: 'PNG of 600,000 chunks', bytes: makePng({ ...PIXEL, extra: chunks }).subarray(0, -1), status: 422 },
    { name: 'PNG of 2 GB of text', bytes: makePng({ width: 10_001, height: 1, extra: texts }), status: 413 },
    { name: 'WebP of 60,000 frames', bytes: makeWebp(extended(PIXEL), ...frames), status: 413 },
    { name: 'WebP of 268 megapixels', bytes: makeWebp(lossless({ width: 16_384, height: 16_384 })), status: 413 },
    { name: 'WebP of 89 megapixels', bytes: makeWebp(lossy(LARGE)), status: 413 },
    { name: 'GIF of 5,000 frames', bytes: makeGif(PIXEL, times(5_000, PIXEL)), status: 413 },
    {
      name: 'AVIF of 289 megapixels',
      bytes: makeHeif({ brand: 'avif', items: [coded('av01', 17_000)] }),
      status: 413,
    },
    { name: 'HEIC of 64 megapixels', bytes: makeHeif({ items: [coded('hvc1', 8_000)] }), status: 413 },
    {
      name: 'HEIC of 64 pixels with a tile of 64 megapixels',
      bytes: makeHeif({ items: [tiles, coded('hvc1', 8_000)] }),
      status: 413,
    },
    { name: 'photo of 10 MB and a byte', bytes: Buffer.alloc(MAX_BYTES + 1), status: 413 },
    { name: 'ten million zeros', bytes: Buffer.alloc(10_000_000), status: 415 },
  ];
}

function times<T>(length: number, value: T): readonly T[] {
  return Array.from({ length }, () => value);
}

/** Makes the item of a square picture that is not decodable. */
function coded(type: string, side: number): HeifItem {
  return { type, properties: [ispe(side, side)], data: Buffer.alloc(9) };
}

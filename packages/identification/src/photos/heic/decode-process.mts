// Decodes one HEIC: reads the file from standard input and writes a PNG of it to standard output. Runs as a process of its
// own, which may read nothing but this file and the decoder, so that a fault of the decoder harms nothing else.
// Arguments: the path of libheif; the longest side that the PNG needs, in pixels; the offsets of the colour profile.
import { buffer } from 'node:stream/consumers';
import { crc32, deflateSync } from 'node:zlib';

/** The part of libheif, as libheif-js exports it, that is used here. Each call returns an object with `code` on errors. */
interface Libheif {
  heif_context_alloc(): object;
  heif_context_read_from_memory(context: object, bytes: Uint8Array): unknown;
  heif_js_context_get_primary_image_handle(context: object): object;
  heif_image_handle_has_alpha_channel(handle: object): number;
  heif_js_decode_image2(handle: object, colorspace: unknown, chroma: unknown): { channels?: readonly Plane[] };
  heif_colorspace: { heif_colorspace_RGB: unknown };
  heif_chroma: { heif_chroma_interleaved_RGB: unknown; heif_chroma_interleaved_RGBA: unknown };
}

/** Rows of pixels, each of `stride` bytes. */
interface Plane {
  width: number;
  height: number;
  stride: number;
  data: Uint8Array;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = 3;
const RGBA = 4;
const OPAQUE = 255;
/** Exit code for a file that cannot be decoded, and for one that makes the decoder abort. */
const UNDECODABLE = 3;

const [libheifPath = '', ...numbers] = process.argv.slice(2);
const [side = 0, profileFrom = 0, profileTo = 0] = numbers.map(Number);
const heic = await buffer(process.stdin);
// oxlint-disable-next-line no-unsafe-type-assertion -- the package's own types do not have what is used here
const loaded = (await import(libheifPath)) as { default: (options: object) => Promise<Libheif> };
// Without these, its messages would be written into the PNG.
const libheif = await loaded.default({ print() {}, printErr() {} });
try {
  const decoded = decode(libheif, heic);
  process.stdout.write(encodePng(shrink(decoded, side), heic.subarray(profileFrom, profileTo)));
} catch {
  process.exitCode = UNDECODABLE;
}

/** Decodes the primary picture; libheif turns it upright and joins its tiles. Throws when it cannot. */
function decode(library: Libheif, file: Buffer): Plane & { channels: number } {
  const context = library.heif_context_alloc();
  library.heif_context_read_from_memory(context, file);
  const handle = library.heif_js_context_get_primary_image_handle(context);
  const isTransparent = library.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB, heif_chroma_interleaved_RGBA } = library.heif_chroma;
  const [plane] =
    library.heif_js_decode_image2(
      handle,
      library.heif_colorspace.heif_colorspace_RGB,
      isTransparent ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
    ).channels ?? [];
  if (plane === undefined) throw new TypeError('not decodable');
  const { data, height, stride, width } = plane;
  return { data, height, stride, width, channels: isTransparent ? RGBA : RGB };
}

interface Picture {
  width: number;
  height: number;
  /** Rows of RGB, each behind a byte 0 (PNG: no filter). */
  rows: Buffer;
}

/**
 * Averages squares of pixels, as many as leave both sides long enough: most of the pixels never leave this process. What
 * is transparent becomes white.
 */
function shrink({ channels, data, height, stride, width }: ReturnType<typeof decode>, longest: number): Picture {
  const factor = Math.max(1, Math.floor(Math.max(width, height) / longest));
  const small = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
  const rowBytes = 1 + small.width * RGB;
  const rows = Buffer.alloc(rowBytes * small.height);
  const sums = new Uint32Array(small.width * RGB);
  for (let y = 0; y < small.height; y += 1) {
    sums.fill(0);
    const lines = Math.min(factor, height - y * factor);
    for (let line = 0; line < lines; line += 1) {
      let at = (y * factor + line) * stride;
      for (let x = 0; x < width; x += 1, at += channels) {
        const to = Math.floor(x / factor) * RGB;
        const alpha = channels === RGBA ? (data[at + RGB] ?? 0) : OPAQUE;
        for (let colour = 0; colour < RGB; colour += 1) {
          sums[to + colour] = (sums[to + colour] ?? 0) + blend(data[at + colour] ?? 0, alpha);
        }
      }
    }
    for (let x = 0; x < small.width; x += 1) {
      const count = lines * Math.min(factor, width - x * factor);
      for (let colour = 0; colour < RGB; colour += 1) {
        rows[y * rowBytes + 1 + x * RGB + colour] = Math.round((sums[x * RGB + colour] ?? 0) / count);
      }
    }
  }
  return { ...small, rows };
}

function blend(value: number, alpha: number): number {
  return alpha === OPAQUE ? value : OPAQUE + Math.round(((value - OPAQUE) * alpha) / OPAQUE);
}

/** Makes a PNG (W3C PNG, third edition) that is fast to write and to read: not compressed. */
function encodePng({ height, rows, width }: Picture, profile: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([
    PNG_SIGNATURE,
    chunk('IHDR', header),
    ...(profile.length > 0 ? [chunk('iCCP', Buffer.from('icc\0\0', 'latin1'), deflateSync(profile))] : []),
    chunk('IDAT', deflateSync(rows, { level: 0 })),
    chunk('IEND'),
  ]);
}

function chunk(type: string, ...data: readonly Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

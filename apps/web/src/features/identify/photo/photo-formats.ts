import type { PhotoType } from '@plantcommunity/identification/photo-signature';
import { listText } from '../../../lib/format/list.ts';

/** A format of photos that can be used. */
export interface PhotoFormat {
  /** Name that people know. */
  name: string;
  mediaType: string;
  /** The first one is given to photos without any of them. */
  extensions: readonly [string, ...string[]];
  /** Whether a file starts like this format. */
  isStartOf: (bytes: Uint8Array) => boolean;
}

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);

/** The usable formats. A format that is new on the server does not compile without its row. */
const FORMATS: Readonly<Record<PhotoType, PhotoFormat>> = {
  jpeg: {
    name: 'JPEG',
    mediaType: 'image/jpeg',
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    isStartOf: (bytes) => starts(bytes, 0xff, 0xd8),
  },
  png: {
    name: 'PNG',
    mediaType: 'image/png',
    extensions: ['png'],
    isStartOf: (bytes) => starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  },
  webp: {
    name: 'WebP',
    mediaType: 'image/webp',
    extensions: ['webp'],
    isStartOf: (bytes) => ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP',
  },
  gif: {
    name: 'GIF',
    mediaType: 'image/gif',
    extensions: ['gif'],
    isStartOf: (bytes) => /^GIF8[79]a/.test(ascii(bytes, 0, 6)),
  },
};

const PHOTO_FORMATS: readonly PhotoFormat[] = Object.values(FORMATS);

/** Value for the attribute `accept` of a file input. */
export const ACCEPTED_MEDIA_TYPES = PHOTO_FORMATS.map(({ mediaType }) => mediaType).join(',');

/** Names of the usable formats: "JPEG, PNG, WebP or GIF". */
export const FORMATS_TEXT = listText(
  PHOTO_FORMATS.map(({ name }) => name),
  'or',
);

/** Brands of ISO media files. The server has the same tables, which a test compares with these. */
export const AVIF_BRANDS = ['avif', 'avis'];
export const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1'];
/** Major brands of any HEIF file: its compatible brands tell whether it holds AV1. */
const ANY_HEIF_BRANDS = ['mif1', 'msf1'];

/** Number of bytes that `detectFormat` reads. */
export const SIGNATURE_BYTES = 128;

interface FileFormat {
  /** Name for people; undefined for an unknown format. */
  name: string | undefined;
  /** Set for a usable format. */
  photo?: PhotoFormat;
}

/** Detects the format by the signature only, not by the name or declared type. */
export function detectFormat(bytes: Uint8Array): FileFormat {
  const photo = PHOTO_FORMATS.find(({ isStartOf }) => isStartOf(bytes));
  if (photo !== undefined) return { name: photo.name, photo };
  if (ascii(bytes, 4, 8) === 'ftyp') return { name: isoMedia(bytes) };
  if (ascii(bytes, 0, 4) === '%PDF') return { name: 'PDF' };
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04)) return { name: 'ZIP archive' };
  if (starts(bytes, 0x49, 0x49, 0x2a, 0) || starts(bytes, 0x4d, 0x4d, 0, 0x2a)) return { name: 'TIFF' };
  if (ascii(bytes, 0, 2) === 'BM') return { name: 'BMP' };
  return { name: textKind(bytes) };
}

function isoMedia(bytes: Uint8Array): 'AVIF' | 'HEIC' | 'video' {
  const major = ascii(bytes, 8, 12);
  if (AVIF_BRANDS.includes(major)) return 'AVIF';
  if (!HEIC_BRANDS.includes(major)) return 'video';
  const isAvif =
    ANY_HEIF_BRANDS.includes(major) && compatibleBrands(bytes).some((brand) => AVIF_BRANDS.includes(brand));
  return isAvif ? 'AVIF' : 'HEIC';
}

/** Lists the compatible brands of the first box, `ftyp` (ISO/IEC 14496-12, 4.3), as far as `bytes` goes. */
function compatibleBrands(bytes: Uint8Array): string[] {
  const { buffer, byteOffset, byteLength } = bytes;
  const end = Math.min(new DataView(buffer, byteOffset, byteLength).getUint32(0), byteLength, SIGNATURE_BYTES);
  const brands: string[] = [];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

function textKind(bytes: Uint8Array): string | undefined {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (!isText) return undefined;
  return /<svg|<\?xml/i.test(ascii(bytes, 0, SIGNATURE_BYTES)) ? 'vector drawing' : 'text';
}

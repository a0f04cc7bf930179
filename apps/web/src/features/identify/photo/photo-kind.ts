/** What a file is, from its first bytes; names are told to people. */
export type PhotoKind = 'JPEG' | 'PNG' | 'WebP' | 'GIF';

export interface FileKind {
  /** As people call it; undefined when nothing is recognised. */
  name: string | undefined;
  /** Set for the four kinds we can use. */
  photo?: PhotoKind;
}

/** How many bytes `fileKind` looks at. */
export const SIGNATURE_BYTES = 64;

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);

/** Reads a file's signature; its name and declared type have no say. */
export function fileKind(bytes: Uint8Array): FileKind {
  if (starts(bytes, 0xff, 0xd8)) return { name: 'JPEG', photo: 'JPEG' };
  if (starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { name: 'PNG', photo: 'PNG' };
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return { name: 'GIF', photo: 'GIF' };
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return { name: 'WebP', photo: 'WebP' };
  if (ascii(bytes, 4, 8) === 'ftyp') return { name: isoMedia(ascii(bytes, 8, 12)) };
  if (ascii(bytes, 0, 4) === '%PDF') return { name: 'PDF' };
  if (starts(bytes, 0x50, 0x4b, 0x03, 0x04)) return { name: 'ZIP archive' };
  if (starts(bytes, 0x49, 0x49, 0x2a, 0) || starts(bytes, 0x4d, 0x4d, 0, 0x2a)) return { name: 'TIFF' };
  if (ascii(bytes, 0, 2) === 'BM') return { name: 'BMP' };
  return { name: textKind(bytes) };
}

function isoMedia(brand: string): string {
  if (brand === 'avif' || brand === 'avis') return 'AVIF';
  return ['heic', 'heix', 'hevc', 'heim', 'mif1', 'msf1'].includes(brand) ? 'HEIC' : 'video';
}

function textKind(bytes: Uint8Array): string | undefined {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (!isText) return undefined;
  return /<svg|<\?xml/i.test(ascii(bytes, 0, SIGNATURE_BYTES)) ? 'vector drawing' : 'text';
}

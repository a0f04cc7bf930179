import { SIGNATURE_BYTES } from '@plantcommunity/identification/photo-formats';

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);

/** Names for people what a file is that is no accepted photo, by its first bytes; undefined when nothing is known. */
export function nameOtherFormat(head: Uint8Array): string | undefined {
  if (ascii(head, 4, 8) === 'ftyp') return 'video';
  if (ascii(head, 0, 4) === '%PDF') return 'PDF';
  if (starts(head, 0x50, 0x4b, 0x03, 0x04)) return 'ZIP archive';
  if (starts(head, 0x49, 0x49, 0x2a, 0) || starts(head, 0x4d, 0x4d, 0, 0x2a)) return 'TIFF';
  if (ascii(head, 0, 2) === 'BM') return 'BMP';
  return textKind(head);
}

function textKind(bytes: Uint8Array): string | undefined {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
  if (!isText) return undefined;
  return /<svg|<\?xml/i.test(ascii(bytes, 0, SIGNATURE_BYTES)) ? 'vector drawing' : 'text';
}

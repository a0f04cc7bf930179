import { hidesCharacters } from '@plantcommunity/http/file-name';
import { endsLikePicture, fileNameFault } from '@plantcommunity/identification/file-name';
import { bytesText, oversizeText } from '../../../lib/format/amounts.ts';

/** A file that cannot be used, with its reason and remedy in one text. */
export interface RejectedFile {
  name: string;
  /** Short text in place of a thumbnail: "PDF", "12 MB". */
  badge: string;
  reason: string;
  /** Replaces the usual heading. */
  title?: string;
  /** Set while the device may still hand over the file. */
  isPending?: true;
}

type CheckResult = { ok: true; file: File } | { ok: false; rejected: RejectedFile };

const FORMATS = 'Choose a JPEG, PNG, WebP or GIF.';
const EXTENSIONS: Record<PhotoFormat, readonly string[]> = {
  JPEG: ['jpg', 'jpeg', 'jpe', 'jfif'],
  PNG: ['png'],
  WebP: ['webp'],
  GIF: ['gif'],
};

/**
 * Checks a file before it is sent: its format by `head`, its first bytes, then its name and size. A photo gets the
 * extension of its true format. Like the server, which decides in the end, rejects only names with the extension of
 * another known format, a leading dot or hidden characters.
 */
export function checkPhoto(file: File, head: Uint8Array, maxBytes: number): CheckResult {
  const extension = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? '';
  const format = fileFormat(head);
  const reject = (badge: string, reason: string): CheckResult => ({
    ok: false,
    rejected: { name: file.name, badge, reason },
  });

  if (file.size === 0) return reject('Empty', 'There is nothing in this file. Choose another one.');
  if (!format.photo) {
    const badge = format.name?.split(' ')[0] ?? 'File';
    if (format.name === 'HEIC' || format.name === 'AVIF') {
      return reject(badge, `${format.name} photos cannot be read here yet. ${FORMATS}`);
    }
    const inside =
      format.name === undefined ? 'it is no photo' : `it is ${format.name === 'text' ? '' : 'a '}${format.name}`;
    return reject(
      badge,
      endsLikePicture(file.name)
        ? `It says photo, but inside ${inside}. ${FORMATS}`
        : `This is no photo: ${inside}. ${FORMATS}`,
    );
  }
  if (hidesCharacters(file.name)) {
    return reject('Name', 'Its name holds characters that hide how it ends. Rename it and try again.');
  }
  const nameError = fileNameFault(file.name);
  if (nameError?.type === 'other_format') {
    return reject(
      nameError.ending.slice(0, 7).toUpperCase(),
      `Its name ends in .${nameError.ending}, which is no photo. ${FORMATS}`,
    );
  }
  if (nameError?.type === 'dot_file') {
    return reject('Name', 'Its name starts with a dot, like that of a hidden file. Rename it and try again.');
  }
  if (file.size > maxBytes) {
    return reject(
      bytesText(file.size, 0),
      `${oversizeText(file.size)}; ${bytesText(maxBytes, 0)} is the most. Make it smaller and it will fit.`,
    );
  }
  return { ok: true, file: underTrueName(file, format.photo, extension) };
}

/** Gives a photo the extension of its true format: replaces that of another picture format, else appends it. */
function underTrueName(file: File, format: PhotoFormat, extension: string): File {
  const type = `image/${format.toLowerCase()}`;
  const [usual = ''] = EXTENSIONS[format];
  if (EXTENSIONS[format].includes(extension) && file.type === type) return file;
  const stem = endsLikePicture(file.name) ? file.name.slice(0, -extension.length - 1) : file.name;
  const name = EXTENSIONS[format].includes(extension) ? file.name : `${stem || 'photo'}.${usual}`;
  return new File([file], name, { type, lastModified: file.lastModified });
}

/** Formats of usable photos; pages show these names. */
type PhotoFormat = 'JPEG' | 'PNG' | 'WebP' | 'GIF';

interface FileFormat {
  /** Name for people; undefined for an unknown format. */
  name: string | undefined;
  /** Set for the four usable formats. */
  photo?: PhotoFormat;
}

/** Number of bytes that `fileFormat` reads. */
export const SIGNATURE_BYTES = 64;

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
const starts = (bytes: Uint8Array, ...signature: number[]) => signature.every((byte, i) => bytes[i] === byte);

/** Detects the format by the signature only, not by the name or declared type. */
function fileFormat(bytes: Uint8Array): FileFormat {
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

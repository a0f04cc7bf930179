/** An accepted format of photos, as people, clients and files name it. */
export interface PhotoFormat {
  /** Name that people know. */
  readonly name: string;
  readonly mediaType: string;
  /** Other subtypes by which clients name the format, behind `image/` or `application/`. */
  readonly subtypes: readonly string[];
  /** Endings of file names. The first one is given to photos without any of them. */
  readonly extensions: readonly [string, ...string[]];
  /**
   * Whether file inputs name it. iOS makes a JPEG of a photo whose format they do not name: HEIC and AVIF, which take
   * the server longer to decode, are left to it. People can drop or paste them all the same.
   */
  readonly isOffered: boolean;
}

/** The accepted formats. Everything that lists or names formats reads them here: checks, sentences, pages, API document. */
export const PHOTO_FORMATS = {
  jpeg: {
    name: 'JPEG',
    mediaType: 'image/jpeg',
    subtypes: ['jpg', 'jpe', 'pjpeg', 'x-jpeg', 'x-jpg'],
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif'],
    isOffered: true,
  },
  png: {
    name: 'PNG',
    mediaType: 'image/png',
    subtypes: ['x-png', 'apng', 'vnd.mozilla.apng'],
    extensions: ['png'],
    isOffered: true,
  },
  webp: { name: 'WebP', mediaType: 'image/webp', subtypes: ['x-webp'], extensions: ['webp'], isOffered: true },
  gif: { name: 'GIF', mediaType: 'image/gif', subtypes: ['x-gif'], extensions: ['gif'], isOffered: true },
  avif: { name: 'AVIF', mediaType: 'image/avif', subtypes: [], extensions: ['avif'], isOffered: false },
  heic: {
    name: 'HEIC',
    mediaType: 'image/heic',
    subtypes: ['heif', 'heic-sequence', 'heif-sequence'],
    extensions: ['heic', 'heif', 'hif'],
    isOffered: false,
  },
} as const satisfies Record<string, PhotoFormat>;

/** The accepted formats by their key in the list. */
export type PhotoType = keyof typeof PHOTO_FORMATS;

const FORMATS: readonly PhotoFormat[] = Object.values(PHOTO_FORMATS);

/** Media types of the accepted formats: "image/jpeg, image/png, …". */
export const ACCEPTED_MEDIA_TYPES: string = mediaTypes(FORMATS);

/** Media types that file inputs name. */
export const OFFERED_MEDIA_TYPES: string = mediaTypes(FORMATS.filter(({ isOffered }) => isOffered));

/** Names of the accepted formats: "JPEG, PNG, WebP, GIF, AVIF or HEIC". */
export const FORMAT_NAMES: string = FORMATS.map(({ name }) => name)
  .join(', ')
  .replace(/, (?=[^,]+$)/, ' or ');

function mediaTypes(formats: readonly PhotoFormat[]): string {
  return formats.map(({ mediaType }) => mediaType).join(', ');
}

/** Number of bytes at the start of a file that `detectFormat` reads. */
export const SIGNATURE_BYTES = 128;

/** Brands of ISO media files. */
const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']);
/** Brands of any HEIF file: the compatible brands tell whether it holds AV1. */
const ANY_HEIF_BRANDS = new Set(['mif1', 'msf1']);

/** Detects the format by the first bytes of a file, before anything is parsed; for the server and for pages. */
export function detectFormat(bytes: Uint8Array): PhotoType | undefined {
  const start = ascii(bytes, 0, 12);
  // Some cameras leave stray bytes between these two and the next marker.
  if (start.startsWith('\xff\xd8')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.slice(4, 8) === 'ftyp') return detectBrand(bytes, start.slice(8));
  return undefined;
}

function detectBrand(bytes: Uint8Array, major: string): 'avif' | 'heic' | undefined {
  if (AVIF_BRANDS.has(major)) return 'avif';
  if (!HEIC_BRANDS.has(major)) return undefined;
  const isAvif = ANY_HEIF_BRANDS.has(major) && compatibleBrands(bytes).some((brand) => AVIF_BRANDS.has(brand));
  return isAvif ? 'avif' : 'heic';
}

/** Lists the compatible brands of the first box, `ftyp` (ISO/IEC 14496-12, 4.3), as far as `SIGNATURE_BYTES` goes. */
function compatibleBrands(bytes: Uint8Array): string[] {
  const { buffer, byteLength, byteOffset } = bytes;
  const end = Math.min(new DataView(buffer, byteOffset, byteLength).getUint32(0), byteLength, SIGNATURE_BYTES);
  const brands: string[] = [];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4));
  return brands;
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

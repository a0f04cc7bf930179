/** The accepted formats. */
export type PhotoType = 'jpeg' | 'png' | 'webp' | 'gif';

/** Formats that are detected only to name them in the refusal. */
export type UnsupportedType = 'avif' | 'heic';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Brands of ISO media files. The page has the same tables, which one of its tests compares with these. */
export const AVIF_BRANDS = new Set(['avif', 'avis']);
export const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1']);

/** Detects the format from the first 12 bytes, before anything is parsed. */
export function detectFormat(bytes: Buffer): PhotoType | UnsupportedType | undefined {
  if (bytes.length < 12) return undefined;
  // Some cameras leave stray bytes between these two and the next marker.
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg';
  if (bytes.subarray(0, 8).equals(PNG)) return 'png';
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.slice(4, 8) === 'ftyp') return detectBrand(bytes, start.slice(8));
  return undefined;
}

/** The brands `mif1` and `msf1` mean any HEIF: then the compatible brands tell whether it holds AV1. */
function detectBrand(bytes: Buffer, major: string): UnsupportedType | undefined {
  if (AVIF_BRANDS.has(major)) return 'avif';
  if (!HEIC_BRANDS.has(major)) return undefined;
  if (major !== 'mif1' && major !== 'msf1') return 'heic';
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 128);
  for (let at = 16; at + 4 <= end; at += 4) {
    if (AVIF_BRANDS.has(bytes.toString('latin1', at, at + 4))) return 'avif';
  }
  return 'heic';
}

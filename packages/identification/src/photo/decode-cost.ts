import type { PhotoType } from './photo.ts';
import type { PngTrait, Structure } from './structure.ts';

/**
 * Nanoseconds of CPU a pixel, decoded, scaled to 1500 pixels and encoded by sharp 0.35 on one core: the larger of what
 * pictures of 22 and of 89 megapixels took. A plain PNG of 89 megapixels took 0.25 s (0.9 s with transparency), the
 * same in 16 bits 1.5 s (2.0 s), interlaced 1.1 s (1.7 s), both 2.5 s (3.1 s), in 16 bits with a colour profile 3.2 s.
 */
const PIXEL_NS: Readonly<Record<PhotoType, number>> = { jpeg: 2, png: 3, webp: 6, gif: 14 };
const TRAIT_NS: Readonly<Record<PngTrait, number>> = { transparent: 7, '16-bit': 14, interlaced: 11, profiled: 28 };
/** A JPEG of more than one pass takes its time for each coefficient, and a little more for each scan. */
const COEFFICIENT_NS = 5;
const SCAN_NS = 0.08;
const COEFFICIENT_BYTES = 2;

/** What one decode costs. */
export interface DecodeCost {
  /** Bytes that the decoder must hold at once. */
  heldBytes: number;
  /** Estimated milliseconds of one core. */
  ms: number;
  /** Work for which pixels are measure enough: baseline JPEG, and PNG of 8 bits that is not interlaced. */
  isPlain: boolean;
}

/** Estimates from its structure what a photo costs to decode. */
export function decodeCost(type: PhotoType, structure: Structure): DecodeCost {
  const { heldBytes, height, scans, traits, width } = structure;
  const coefficients = type === 'jpeg' ? heldBytes / COEFFICIENT_BYTES : 0;
  const traitsNs = traits.reduce((sum, trait) => sum + TRAIT_NS[trait], 0);
  const pixelsNs = width * height * (PIXEL_NS[type] + traitsNs);
  const ms = (pixelsNs + coefficients * (COEFFICIENT_NS + SCAN_NS * scans)) / 1e6;
  const isHeavy = traits.includes('16-bit') || traits.includes('interlaced');
  return { heldBytes, ms, isPlain: type === 'jpeg' ? heldBytes === 0 : type === 'png' && !isHeavy };
}

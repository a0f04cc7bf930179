import type { UploadedPhoto } from '@plantcommunity/http';
import { PhotoError, type PhotoErrorReason } from '../errors.ts';
import { fileNameFault } from './file-name.ts';
import type { PhotoType } from './formats/photo-formats.ts';
import { type ReadStructure, readStructure } from './formats/read-structure.ts';
import { type Fault, joinPieces, type PngTrait, type Structure, type Turn } from './formats/structure.ts';
import { isHeicDecoderInstalled } from './heic/heic-decoder.ts';
import { mediaTypeContradicts } from './media-type.ts';
import type { PhotoLimits } from './types.ts';

/** A photo whose signature and structure are valid and affordable to decode; no pixel was decoded yet. */
export interface InspectedPhoto {
  /** SHA-256 of the uploaded bytes. */
  hash: string;
  name: string;
  type: PhotoType;
  /** Pixels as stored: an EXIF orientation is not applied yet. */
  width: number;
  height: number;
  frames: number;
  /** Whether `data` is a JPEG or a GIF that was repaired; decoding then checks its pixel data first. */
  isRepaired: boolean;
  /** Estimated bytes that its decode needs in this process. */
  rasterBytes: number;
  /** Offsets of the colour profile of a HEIC in `data`, `to` exclusive. */
  profile?: { from: number; to: number };
  /** How to turn the picture; undefined: as its own metadata says. */
  turn?: Turn;
  /** Bytes for the decoder, joined on each read: repaired, and without trailing bytes and needless PNG chunks. */
  readonly data: Buffer;
}

/** The other formats only lose chunks that a decoder does not need. */
const REPAIRED_TYPES: ReadonlySet<PhotoType> = new Set(['jpeg', 'gif']);
/** A JPEG of 2600 scans and 850 kB keeps a decoder busy for a minute; cameras and editors write about ten. */
const MAX_SCANS = 64;
/** libwebp's cost grows with the square of the frames: 60,000 of them take ten seconds. */
const MAX_FRAMES = 500;
/** Maximum bytes that one decode may hold when the format makes it hold the whole picture. */
const MAX_HELD_BYTES = 200_000_000;
/** Maximum pixels of formats that take more memory per pixel than the others, and of 89 megapixels 1.6 GB. */
const MAX_FORMAT_PIXELS: Readonly<Partial<Record<PhotoType, number>>> = {
  avif: 12_000_000,
  heic: 50_000_000,
};
/** Maximum CPU time of one decode: about that of the slowest plain photo, a transparent PNG of 89 megapixels. */
const MAX_DECODE_MS = 1_000;

/**
 * Up to so many times the pixels of the picture, the tiles of a grid do not count: those of 512 pixels that phones write
 * have 3 % more at 12 and at 48 megapixels.
 */
const MAX_TILED = 1.25;

/** Parts of the inspection that callers replace. */
export interface InspectionOptions {
  structureOf?: ReadStructure;
  hasHeicDecoder?: () => boolean;
}

/**
 * Checks a photo before it is decoded, since a decoder's own limits do not bound its time or memory. Decodes no pixel
 * and takes milliseconds for any file. `index` is the photo's place in the upload, from 0.
 * @throws {PhotoError} `photo_type`: the format is not accepted, or not the declared one; `photo_too_large`: over a
 * limit; `photo_undecodable`: truncated or damaged
 */
export function inspectPhoto(
  photo: UploadedPhoto,
  index: number,
  limits: PhotoLimits,
  { hasHeicDecoder = isHeicDecoderInstalled, structureOf = readStructure }: InspectionOptions = {},
): InspectedPhoto {
  const { hash, name, size } = photo;
  if (size === 0) throw new PhotoError(index, { type: 'empty' });
  if (size > limits.maxBytes) throw new PhotoError(index, { type: 'bytes', bytes: size, max: limits.maxBytes });
  const reading = structureOf(photo);
  if (reading.structure === undefined) throw new PhotoError(index, { type: 'unknown_format' });
  const { structure, type } = reading;
  checkDeclaredType(photo, type, index);
  if (type === 'heic' && !hasHeicDecoder()) throw new PhotoError(index, { type: 'no_decoder', format: type });
  if ('fault' in structure) throw new PhotoError(index, refusalOf(structure, type));
  const exceeded = exceededLimit(type, structure, limits);
  if (exceeded !== undefined) throw new PhotoError(index, exceeded);
  const { width, height, frames } = structure;
  return {
    hash,
    name,
    type,
    width,
    height,
    frames,
    ...(structure.turn && { turn: structure.turn }),
    ...(structure.profile && { profile: structure.profile }),
    rasterBytes: structure.heldBytes + (STREAM_BYTES[type] ?? MIN_STREAM_BYTES),
    isRepaired: REPAIRED_TYPES.has(type) && structure.pieces.length > 1,
    get data() {
      return joinPieces(photo.bytes, structure.pieces);
    },
  };
}

function refusalOf({ fault }: Fault, format: PhotoType): PhotoErrorReason {
  return fault === 'unsupported_kind' || fault === 'sequence' ? { type: fault, format } : { type: 'unreadable', fault };
}

/** Refuses a photo whose declared type or file name contradicts its bytes. */
function checkDeclaredType({ declaredType, name }: UploadedPhoto, format: PhotoType, index: number): void {
  if (mediaTypeContradicts(declaredType, format)) throw new PhotoError(index, { type: 'other_media_type', format });
  const fault = fileNameFault(name);
  if (fault?.type === 'other_format') {
    throw new PhotoError(index, { type: 'other_file_ending', format, ending: fault.ending });
  }
  if (fault?.type === 'dot_file') throw new PhotoError(index, { type: 'dot_file' });
}

/** Returns the first limit that a photo exceeds. */
function exceededLimit(
  format: PhotoType,
  structure: Structure,
  { maxPixels, maxSide }: PhotoLimits,
): PhotoErrorReason | undefined {
  const { frames, scans, traits } = structure;
  const side = Math.max(structure.width, structure.height);
  if (side > maxSide) return { type: 'side', pixels: side, max: maxSide };
  if (frames > MAX_FRAMES) return { type: 'frames', frames, max: MAX_FRAMES };
  const { width, height } = decodedSize(structure);
  if (width * height * frames > maxPixels) return { type: 'pixels', width, height, frames, max: maxPixels };
  const max = MAX_FORMAT_PIXELS[format];
  if (max !== undefined && width * height > max) return { type: 'format_pixels', format, width, height, max };
  if (scans > MAX_SCANS) return { type: 'scans', scans, max: MAX_SCANS };
  const { heldBytes, isPlain, ms } = decodeCost(format, structure);
  if (!isPlain && heldBytes > MAX_HELD_BYTES) return { type: 'decode_memory', bytes: heldBytes, max: MAX_HELD_BYTES };
  if (isPlain || ms <= MAX_DECODE_MS) return undefined;
  const pixels = width * height;
  return { type: 'decode_time', format, traits, scans, pixels, max: (pixels * MAX_DECODE_MS) / ms };
}

/** Returns the size of the picture, or that of its tiles when these are much larger: a decoder decodes all of them. */
function decodedSize({ height, tiled, width }: Structure): { width: number; height: number } {
  return tiled !== undefined && tiled.width * tiled.height > width * height * MAX_TILED ? tiled : { width, height };
}

/**
 * CPU nanoseconds per pixel to decode, scale to 1500 pixels and encode with sharp 0.35 on one core. Measured at 25
 * megapixels, where a pixel costs most: libvips first shrinks larger pictures by whole factors. A plain PNG of that
 * size took 0.09 s (0.30 s with transparency), with a colour profile 0.46 s (0.93 s), in 16 bits 0.65 s (0.83 s),
 * interlaced 0.38 s (0.64 s), and with all of these 1.5 s and 260 MB.
 */
const PIXEL_NS: Readonly<Record<PhotoType, number>> = { jpeg: 2, png: 4, webp: 9, gif: 17, avif: 60, heic: 10 };
const TRAIT_NS: Readonly<Record<PngTrait, number>> = { transparent: 9, '16-bit': 22, interlaced: 11, profiled: 25 };
/** CPU nanoseconds per coefficient of a JPEG with several passes, and per coefficient and scan. */
const COEFFICIENT_NS = 5;
const SCAN_NS = 0.08;
const COEFFICIENT_BYTES = 2;

/**
 * Bytes that a decode needs besides those it holds at once: 25 MB for a JPEG of 89 megapixels, 100 MB for a PNG of 16 bits
 * and 28 megapixels, measured with sharp 0.35.
 */
const MIN_STREAM_BYTES = 30_000_000;
const STREAM_BYTES: Readonly<Partial<Record<PhotoType, number>>> = { png: 100_000_000 };

/** Estimated cost of one decode. */
export interface DecodeCost {
  /** Bytes that the decoder must hold at once. */
  heldBytes: number;
  /** Estimated milliseconds of one core. */
  ms: number;
  /** Whether the limit on pixels suffices: baseline JPEG, PNG of 8 bits that is not interlaced, AVIF, HEIC. */
  isPlain: boolean;
}

/** Estimates the decode cost of a photo from its structure. */
export function decodeCost(type: PhotoType, structure: Structure): DecodeCost {
  const { heldBytes, height, scans, traits, width } = structure;
  const coefficients = type === 'jpeg' ? heldBytes / COEFFICIENT_BYTES : 0;
  const traitsNs = traits.reduce((sum, trait) => sum + TRAIT_NS[trait], 0);
  const pixelsNs = width * height * (PIXEL_NS[type] + traitsNs);
  const ms = (pixelsNs + coefficients * (COEFFICIENT_NS + SCAN_NS * scans)) / 1e6;
  const isHeavy = traits.includes('16-bit') || traits.includes('interlaced');
  const isPlain = type === 'jpeg' ? heldBytes === 0 : type in MAX_FORMAT_PIXELS || (type === 'png' && !isHeavy);
  return { heldBytes, ms, isPlain };
}

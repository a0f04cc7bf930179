import type { PhotoError } from '../errors.ts';
import { decodeCost } from './decode-cost.ts';
import { fileNameFault } from './file-name.ts';
import { joinPieces } from './formats/pieces.ts';
import { type ReadStructure, readStructure } from './formats/read-structure.ts';
import type { UnsupportedType } from './formats/signature.ts';
import type { Structure } from './formats/structure.ts';
import { mediaTypeContradicts } from './media-type.ts';
import { photoErrors } from './messages.ts';
import type { PhotoLimits, PhotoType, UploadedPhoto } from './types.ts';

/** A photo whose signature and structure are known to be sound and affordable; nothing was decoded for it. */
export interface InspectedPhoto {
  /** Of the bytes as they came in. */
  hash: string;
  name: string;
  type: PhotoType;
  /** Pixels as stored: an EXIF orientation is not applied yet. */
  width: number;
  height: number;
  frames: number;
  /** Whether `data` is a JPEG or a GIF that was repaired; decoding then checks its pixel data first. */
  isRepaired: boolean;
  /** Bytes for the decoder, joined on each read: repaired, and without trailing bytes and needless PNG chunks. */
  readonly data: Buffer;
}

/** Of the other formats only chunks that a decoder does not need are left out. */
const REPAIRED_TYPES: ReadonlySet<PhotoType> = new Set(['jpeg', 'gif']);
/** A JPEG of 2600 scans and 850 kB keeps a decoder busy for a minute; cameras and editors write about ten. */
const MAX_SCANS = 64;
/** libwebp's cost grows with the square of the frames: 60,000 of them take ten seconds. */
const MAX_FRAMES = 500;
/** What one decode may hold when the format makes it hold the whole picture, in bytes. */
const MAX_HELD_BYTES = 200_000_000;
/** Maximum CPU time of one decode: about that of the slowest plain photo, a transparent PNG of 89 megapixels. */
const MAX_DECODE_MS = 1_000;

/**
 * Decides, without decoding anything, whether a photo may go near a decoder: a decoder's own limits do not bound its
 * time or memory. Takes milliseconds for any file. `index` is the photo's place in the upload, from 0.
 * @throws {PhotoError} `photo_type`: what it is disagrees with what we take, or with what it says it is;
 * `photo_too_large`: over a limit; `photo_undecodable`: cut short or broken.
 */
export function inspectPhoto(
  photo: UploadedPhoto,
  index: number,
  limits: PhotoLimits,
  structureOf: ReadStructure = readStructure,
): InspectedPhoto {
  const { hash, name, size } = photo;
  if (size === 0) throw photoErrors.empty(index);
  if (size > limits.maxBytes) throw photoErrors.bytes(index, size, limits.maxBytes);
  const reading = structureOf(photo);
  if (reading.structure === undefined) throw refusedType(reading.type, index);
  const { structure, type } = reading;
  checkDeclaredType(photo, type, index);
  if ('fault' in structure) throw photoErrors.unreadable(index, structure.fault);
  checkLimits(type, structure, index, limits);
  const { width, height, frames } = structure;
  return {
    hash,
    name,
    type,
    width,
    height,
    frames,
    isRepaired: REPAIRED_TYPES.has(type) && structure.pieces.length > 1,
    get data() {
      return joinPieces(photo.bytes, structure.pieces);
    },
  };
}

function refusedType(type: UnsupportedType | undefined, index: number): PhotoError {
  return type === undefined ? photoErrors.unknownType(index) : photoErrors.refusedType(index, type);
}

/** Refuses a photo whose declared type or file name says that it is something else than its bytes are. */
function checkDeclaredType({ declaredType, name }: UploadedPhoto, type: PhotoType, index: number): void {
  if (mediaTypeContradicts(declaredType, type)) throw photoErrors.declaredOtherwise(index, type);
  const fault = fileNameFault(name);
  if (fault?.type === 'other_format') throw photoErrors.namedOtherwise(index, type, fault.ending);
  if (fault?.type === 'dot_file') throw photoErrors.dotFile(index);
}

function checkLimits(type: PhotoType, structure: Structure, index: number, limits: PhotoLimits): void {
  const { width, height, frames, scans, traits } = structure;
  const side = Math.max(width, height);
  if (side > limits.maxSide) throw photoErrors.side(index, side, limits.maxSide);
  if (frames > MAX_FRAMES) throw photoErrors.frames(index, frames, MAX_FRAMES);
  if (width * height * frames > limits.maxPixels) throw photoErrors.pixels(index, structure, limits.maxPixels);
  if (scans > MAX_SCANS) throw photoErrors.scans(index, scans, MAX_SCANS);
  const { heldBytes, isPlain, ms } = decodeCost(type, structure);
  if (heldBytes > MAX_HELD_BYTES) throw photoErrors.memory(index, heldBytes, MAX_HELD_BYTES);
  if (isPlain || ms <= MAX_DECODE_MS) return;
  throw photoErrors.time(index, { type, traits, scans }, width * height, (width * height * MAX_DECODE_MS) / ms);
}

import { LRUCache } from 'lru-cache';
import { readGif } from './gif.ts';
import { readHeif } from './heif.ts';
import { readJpeg } from './jpeg.ts';
import { detectFormat, type PhotoType } from './photo-formats.ts';
import { readPng } from './png.ts';
import type { Fault, Structure } from './structure.ts';
import { readWebp } from './webp.ts';

/** The format of a photo by its bytes, and its structure; without a structure, the format is not accepted. */
type Reading = { type: PhotoType; structure: Structure | Fault } | { type: undefined; structure?: undefined };

/** Reads the structure of the bytes; `hash` is their SHA-256. */
export type ReadStructure = (photo: { readonly bytes: Buffer; readonly hash: string }) => Reading;

const READERS: Readonly<Record<Exclude<PhotoType, 'avif' | 'heic'>, (bytes: Buffer) => Structure | Fault>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  gif: readGif,
};

/** No picture is smaller; the readers count on a whole signature. */
const MIN_BYTES = 12;
const MAX_CACHED = 1_000;

export const readStructure: ReadStructure = ({ bytes }) => {
  const type = bytes.length < MIN_BYTES ? undefined : detectFormat(bytes);
  if (type === undefined) return { type };
  if (type === 'avif' || type === 'heic') return readHeif(bytes, type);
  const structure = READERS[type](bytes);
  // SOI has only two bytes: a file without a marker after them that cannot be read is no JPEG.
  if (type === 'jpeg' && bytes[2] !== 0xff && 'fault' in structure) return { type: undefined };
  return { type, structure };
};

/**
 * Caches the structures of recent valid photos by their hash: a photo is often sent again, and reading its structure
 * takes as long as all other steps of a cached answer.
 */
export function createStructureCache(read: ReadStructure = readStructure): ReadStructure {
  const known = new LRUCache<string, Reading>({ max: MAX_CACHED });
  return (photo) => {
    const cached = known.get(photo.hash);
    if (cached !== undefined) return cached;
    const reading = read(photo);
    if (reading.structure !== undefined && !('fault' in reading.structure)) known.set(photo.hash, reading);
    return reading;
  };
}

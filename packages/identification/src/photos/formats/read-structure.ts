import { LRUCache } from 'lru-cache';
import type { PhotoType, UploadedPhoto } from '../types.ts';
import { readGif } from './gif.ts';
import { readJpeg } from './jpeg.ts';
import { readPng } from './png.ts';
import { detectFormat, type UnsupportedType } from './signature.ts';
import type { Fault, Structure } from './structure.ts';
import { readWebp } from './webp.ts';

/** What a photo is by its signature and, where that is a type we take, how it is built. */
type Reading =
  | { type: PhotoType; structure: Structure | Fault }
  | { type: UnsupportedType | undefined; structure?: undefined };

export type ReadStructure = (photo: UploadedPhoto) => Reading;

const READERS: Readonly<Record<PhotoType, (bytes: Buffer) => Structure | Fault>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  gif: readGif,
};

const MAX_REMEMBERED = 1_000;

export const readStructure: ReadStructure = ({ bytes }) => {
  const type = detectFormat(bytes);
  if (type === undefined || type === 'avif' || type === 'heic') return { type };
  const structure = READERS[type](bytes);
  // The two bytes of SOI are too little evidence: a file without a marker behind them that cannot be read is no JPEG.
  if (type === 'jpeg' && bytes[2] !== 0xff && 'fault' in structure) return { type: undefined };
  return { type, structure };
};

/**
 * The same, but the photos that were sound lately are known by their hash: a photo is often sent again, and following
 * its structure takes as long as all the rest of an answer out of the cache.
 */
export function createStructureCache(read: ReadStructure = readStructure): ReadStructure {
  const known = new LRUCache<string, Reading>({ max: MAX_REMEMBERED });
  return (photo) => {
    const remembered = known.get(photo.hash);
    if (remembered !== undefined) return remembered;
    const reading = read(photo);
    if (reading.structure !== undefined && !('fault' in reading.structure)) known.set(photo.hash, reading);
    return reading;
  };
}

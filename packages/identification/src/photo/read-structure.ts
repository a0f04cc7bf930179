import { LRUCache } from 'lru-cache';
import { readGif } from './gif.ts';
import { readJpeg } from './jpeg.ts';
import type { PhotoType, UploadedPhoto } from './photo.ts';
import { readPng } from './png.ts';
import type { Fault, Structure } from './structure.ts';
import { readWebp } from './webp.ts';

/** Follows a photo's structure; `type` is what its signature says. */
export type ReadStructure = (photo: UploadedPhoto, type: PhotoType) => Structure | Fault;

const READERS: Readonly<Record<PhotoType, (bytes: Buffer) => Structure | Fault>> = {
  jpeg: readJpeg,
  png: readPng,
  webp: readWebp,
  gif: readGif,
};

const MAX_REMEMBERED = 1_000;

export const readStructure: ReadStructure = ({ bytes }, type) => READERS[type](bytes);

/**
 * The same, but the photos that were sound lately are known by their hash: a photo is often sent again, and following
 * its structure takes as long as all the rest of an answer out of the cache.
 */
export function rememberStructures(read: ReadStructure = readStructure): ReadStructure {
  const known = new LRUCache<string, Omit<Structure, 'data'> & { length: number }>({ max: MAX_REMEMBERED });
  return (photo, type) => {
    const { bytes, hash } = photo;
    const remembered = known.get(hash);
    if (remembered !== undefined) {
      const { length, ...structure } = remembered;
      return { ...structure, data: bytes.subarray(0, length) };
    }
    const found = read(photo, type);
    if (!('fault' in found) && isBeginningOf(bytes, found.data)) {
      const { data, ...structure } = found;
      known.set(hash, { ...structure, length: data.length });
    }
    return found;
  };
}

/** A file that was put together anew would have to be kept whole. */
function isBeginningOf(bytes: Buffer, data: Buffer): boolean {
  return data.buffer === bytes.buffer && data.byteOffset === bytes.byteOffset;
}

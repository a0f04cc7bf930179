import { createHash } from 'node:crypto';

/** A photo on its way in: hashed while it arrives, counted even when it is too large to keep. */
export interface PhotoBuffer {
  readonly size: number;
  add(piece: Buffer): void;
  /** The bytes in one piece and their SHA-256 in lower-case hex. Once, and only while `size` is within the limit. */
  finish(): { bytes: Buffer; hash: string };
}

export function createPhotoBuffer(maxBytes: number): PhotoBuffer {
  const hash = createHash('sha256');
  let pieces: Buffer[] = [];
  let size = 0;

  return {
    get size() {
      return size;
    },
    add(piece) {
      size += piece.length;
      if (size > maxBytes) {
        pieces = [];
      } else {
        pieces.push(piece);
        hash.update(piece);
      }
    },
    finish: () => ({ bytes: Buffer.concat(pieces, size), hash: hash.digest('hex') }),
  };
}

import { createHash } from 'node:crypto';

/** Collects a photo while it arrives: hashes its bytes, and counts them even when they are too many to keep. */
export interface PhotoBuffer {
  readonly size: number;
  add(piece: Buffer): void;
  /** Call once, and only while `size` is within the limit. */
  finish(): CollectedPhoto;
}

export interface CollectedPhoto {
  /** Bytes. */
  size: number;
  /** SHA-256 of `bytes`, lower-case hex: the photo's identity in cache keys and the store. */
  hash: string;
  /** All bytes in one buffer, joined at the first access: a cached answer does not need them. */
  readonly bytes: Buffer;
}

/** Up to this size, the size of a photo that a phone has shrunk, a photo stays in the pieces in which it arrived. */
const HELD_BYTES = 512 * 1024;
/** Maximum number of pieces kept: each keeps its whole chunk in memory, and a sender may make them very small. */
const HELD_PIECES = 32;
/** First buffer size when the size of the body is not declared. */
const FIRST_BYTES = 1024 * 1024;
/** Maximum buffer size as a multiple of the bytes received: a large declared size alone reserves no memory. */
const GROWTH = 4;

/**
 * Pieces beyond the first few are copied as they arrive, so that their chunks can be freed: chunks kept to the end would
 * take twice the memory.
 * @param expected bytes that the body may still hold, if declared: reserved in a few steps
 */
export function createPhotoBuffer(maxBytes: number, expected: number = FIRST_BYTES): PhotoBuffer {
  const hash = createHash('sha256');
  let pieces: Buffer[] = [];
  let whole: Buffer<ArrayBuffer> | undefined;
  let size = 0;

  function ensureCapacity(needed: number): Buffer {
    if (whole !== undefined && needed <= whole.length) return whole;
    const capacity = Math.min(needed <= expected ? Math.min(expected, needed * GROWTH) : needed * 2, maxBytes);
    if (whole === undefined) {
      whole = Buffer.allocUnsafeSlow(capacity);
      let at = 0;
      for (const held of pieces) at += held.copy(whole, at);
      pieces = [];
    } else {
      // Unlike a copy, this frees the smaller buffer at once: uploads are too large to wait for the garbage collector.
      whole = Buffer.from(whole.buffer.transfer(capacity));
    }
    return whole;
  }

  return {
    get size() {
      return size;
    },
    add(piece) {
      const at = size;
      size += piece.length;
      if (size > maxBytes) {
        pieces = [];
        whole = undefined;
        return;
      }
      hash.update(piece);
      if (whole === undefined && size <= HELD_BYTES && pieces.length < HELD_PIECES) pieces.push(piece);
      else piece.copy(ensureCapacity(size), at);
    },
    finish() {
      return {
        size,
        hash: hash.digest('hex'),
        get bytes() {
          whole ??= Buffer.concat(pieces);
          pieces = [];
          return whole.subarray(0, size);
        },
      };
    },
  };
}

import { createHash } from 'node:crypto';

/** A photo on its way in: hashed while it arrives, counted even when it is too large to keep. */
export interface PhotoBuffer {
  readonly size: number;
  add(piece: Buffer): void;
  /** Once, and only while `size` is within the limit. */
  finish(): CollectedPhoto;
}

export interface CollectedPhoto {
  /** Bytes. */
  size: number;
  /** SHA-256 in lower-case hex. */
  hash: string;
  /** In one piece, put together when it is first asked for. */
  readonly bytes: Buffer;
}

/** A photo as phones shrink them stays in the pieces it came in. */
const HELD_BYTES = 512 * 1024;
/** Each holds the chunk it is a view of, and a sender may make them as small as it likes. */
const HELD_PIECES = 32;
/** What is set aside when nobody said how much will come. */
const FIRST_BYTES = 1024 * 1024;
/** Maximum buffer size as a multiple of the bytes received: a large declared size alone reserves no memory. */
const GROWTH = 4;

/**
 * @param expected bytes that the body may still hold, if declared: reserved in a few steps once more than a few pieces
 * have come. Pieces are copied as they arrive, so that their chunks can be freed: kept to the end they would take twice
 * the memory.
 */
export function createPhotoBuffer(maxBytes: number, expected: number = FIRST_BYTES): PhotoBuffer {
  const hash = createHash('sha256');
  let pieces: Buffer[] = [];
  let whole: Buffer | undefined;
  let size = 0;

  function makeRoom(needed: number): Buffer {
    if (whole !== undefined && needed <= whole.length) return whole;
    const room = needed <= expected ? Math.min(expected, needed * GROWTH) : needed * 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(room, maxBytes));
    let at = 0;
    for (const held of whole === undefined ? pieces : [whole]) at += held.copy(larger, at);
    pieces = [];
    whole = larger;
    return larger;
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
      else piece.copy(makeRoom(size), at);
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

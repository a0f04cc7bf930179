import { createHash } from 'node:crypto';

/** A photo on its way in: hashed while it arrives, counted even when it is too large to keep. */
export interface PhotoBuffer {
  readonly size: number;
  add(piece: Buffer): void;
  /** The bytes in one piece and their SHA-256 in lower-case hex. Once, and only while `size` is within the limit. */
  finish(): { bytes: Buffer; hash: string };
}

/** What is set aside when nobody said how much will come. */
const FIRST_BYTES = 256 * 1024;

/**
 * @param expected what the body may still hold, when it said so: set aside at once. Each piece is copied as it comes,
 * so that the chunk it is a view of can be let go: chunks that are all held to the end cost twice in garbage.
 */
export function createPhotoBuffer(maxBytes: number, expected = FIRST_BYTES): PhotoBuffer {
  const hash = createHash('sha256');
  let bytes = Buffer.allocUnsafeSlow(0);
  let size = 0;

  function makeRoom(needed: number): void {
    if (needed <= bytes.length) return;
    const room = bytes.length === 0 ? expected : bytes.length * 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(room, needed), maxBytes));
    bytes.copy(larger);
    bytes = larger;
  }

  return {
    get size() {
      return size;
    },
    add(piece) {
      const at = size;
      size += piece.length;
      if (size > maxBytes) {
        bytes = Buffer.allocUnsafeSlow(0);
        return;
      }
      makeRoom(size);
      piece.copy(bytes, at);
      hash.update(piece);
    },
    finish: () => ({ bytes: bytes.subarray(0, size), hash: hash.digest('hex') }),
  };
}

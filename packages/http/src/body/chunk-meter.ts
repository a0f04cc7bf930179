/** Number of chunks after which the mean size is judged. */
const MIN_CHUNKS = 4096;
const MIN_MEAN_BYTES = 64;
/** Framing of a chunk of 16 to 255 bytes (RFC 9112, 7.1): two digits and two CRLF; a byte less for smaller chunks. */
const FRAME_BYTES = 6;

/** Detects a body that is sent in tiny chunks, from the sizes that Node's parser and the connection report. */
export interface ChunkMeter {
  /**
   * Adds a piece from the parser; `wireBytes` is the total that the connection has read by then.
   * @returns whether the mean chunk is under 64 bytes after 4,096 chunks
   */
  add(bytes: number, wireBytes: number): boolean;
}

/**
 * Estimates the number of chunks as the larger of two lower bounds, since the parser splits a chunk where a read ends:
 * - pieces, except the first of each read, which may continue a chunk: exact when a read holds many chunks;
 * - framing: bytes read that are not body, measured where a read ends: exact when each packet holds one chunk.
 */
export function createChunkMeter(): ChunkMeter {
  let pieces = 0;
  let bytes = 0;
  let lastRead: number | undefined;
  /** Bytes that are not body (the request header), up to the end of the first read. */
  let head: number | undefined;
  let framed = 0;

  return {
    add(size, wireBytes) {
      if (wireBytes === lastRead) {
        pieces += 1;
      } else {
        if (lastRead !== undefined) {
          head ??= lastRead - bytes;
          framed = Math.floor((lastRead - bytes - head) / FRAME_BYTES);
        }
        lastRead = wireBytes;
      }
      bytes += size;
      const chunks = Math.max(pieces, framed);
      // The framing of the last chunk may have arrived before its bytes.
      return chunks >= MIN_CHUNKS && bytes + MIN_MEAN_BYTES < chunks * MIN_MEAN_BYTES;
    },
  };
}

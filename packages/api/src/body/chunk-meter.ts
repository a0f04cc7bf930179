/** From this many chunks on, a chunked body must bring as many bytes a chunk on average. */
const CHUNKS_AT_LEAST = 4096;
const MEAN_CHUNK_BYTES = 64;
/** What frames a chunk of 16 to 255 bytes (RFC 9112, 7.1): two digits and two line ends; a byte less for smaller ones. */
const FRAME_BYTES = 6;

/** Tells a body that comes in tiny chunks by what Node's parser and the connection show of it. */
export interface ChunkMeter {
  /**
   * Adds a piece as the parser hands it over; `wireBytes` is what the connection has read by then.
   * @returns whether the mean chunk is under 64 bytes after 4,096 chunks
   */
  add(bytes: number, wireBytes: number): boolean;
}

/**
 * The parser hands over a piece for each chunk and read: a chunk that two reads share comes as two. So two lower bounds
 * of the number of chunks are taken, of which the larger one counts:
 * - pieces, without the first of each read, which may continue a chunk: exact for many chunks a read;
 * - the framing: read bytes that are no body, measured where a read ends: for a chunk a packet.
 */
export function createChunkMeter(): ChunkMeter {
  let pieces = 0;
  let bytes = 0;
  let lastRead: number | undefined;
  /** Bytes that are no body, up to the end of the first read. */
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
      // The last chunk's frame may have come without its bytes.
      return chunks >= CHUNKS_AT_LEAST && bytes + MEAN_CHUNK_BYTES < chunks * MEAN_CHUNK_BYTES;
    },
  };
}

import { describe, expect, it } from 'vitest';
import { createChunkMeter } from './chunk-meter.ts';

/** Returns the number of chunks after which they are found tiny; the connection reads at most `readBytes` at once. */
function tinyAfter(chunkBytes: number, readBytes: number, chunks = 100_000): number | undefined {
  const meter = createChunkMeter();
  const frame = chunkBytes.toString(16).length + 4;
  // 200 bytes of request header belong to the first read.
  let wire = 200;
  let read = readBytes;
  for (let chunk = 1; chunk <= chunks; chunk += 1) {
    wire += frame - 2;
    let left = chunkBytes;
    while (left > 0) {
      while (wire >= read) read += readBytes;
      const piece = Math.min(left, read - wire);
      if (meter.add(piece, read)) return chunk;
      left -= piece;
      wire += piece;
    }
    wire += 2;
  }
  return undefined;
}

describe('the chunk meter', () => {
  it.each([
    { name: 'one byte, many in each read', chunkBytes: 1, readBytes: 65_536, limit: 4_100 },
    { name: 'one byte, one in each packet', chunkBytes: 1, readBytes: 6, limit: 5_000 },
    { name: '8 bytes, one in each packet', chunkBytes: 8, readBytes: 13, limit: 5_000 },
    { name: '32 bytes, several in each packet', chunkBytes: 32, readBytes: 1_448, limit: 4_400 },
    { name: '60 bytes, several in each packet', chunkBytes: 60, readBytes: 1_448, limit: 6_000 },
  ])('finds chunks of $name', ({ chunkBytes, readBytes, limit }) => {
    const after = tinyAfter(chunkBytes, readBytes);
    expect(after).toBeGreaterThanOrEqual(4_096);
    expect(after).toBeLessThan(limit);
  });

  it.each([64, 65, 100, 1_000, 16_384])('accepts chunks of %d bytes with every size of read', (chunkBytes) => {
    for (const readBytes of [70, 536, 1_448, 65_536]) expect(tinyAfter(chunkBytes, readBytes, 20_000)).toBeUndefined();
  });

  it('accepts fewer than 4,096 tiny chunks, and tiny chunks among large ones', () => {
    expect(tinyAfter(1, 65_536, 4_000)).toBeUndefined();
    const meter = createChunkMeter();
    for (let chunk = 0; chunk < 20_000; chunk += 1) {
      expect(meter.add(chunk % 100 === 0 ? 16_384 : 1, Math.floor(chunk / 500))).toBe(false);
    }
  });
});

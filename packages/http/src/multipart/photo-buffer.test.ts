import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPhotoBuffer } from './photo-buffer.ts';

const MOST = 2_000_000;

function collected(photo: Buffer, pieceBytes: number, expected?: number) {
  const buffer = createPhotoBuffer(MOST, expected);
  for (let at = 0; at < photo.length; at += pieceBytes) buffer.add(photo.subarray(at, at + pieceBytes));
  return buffer.finish();
}

describe('createPhotoBuffer', () => {
  it.each([
    { name: 'in one piece', bytes: 200_000, pieceBytes: 200_000 },
    { name: 'in a few large pieces', bytes: 200_000, pieceBytes: 65_536 },
    { name: 'in many small pieces', bytes: 200_000, pieceBytes: 1_000 },
    { name: 'larger than is held in pieces', bytes: 1_500_000, pieceBytes: 65_536 },
    { name: 'larger, and in many small pieces', bytes: 1_500_000, pieceBytes: 999 },
    { name: 'as large as may be', bytes: MOST, pieceBytes: 65_536 },
  ])('returns the photo that arrived $name', ({ bytes, pieceBytes }) => {
    const photo = randomBytes(bytes);
    for (const expected of [undefined, 1, bytes, bytes * 10]) {
      const { bytes: whole, hash, size } = collected(photo, pieceBytes, expected);
      expect(whole.equals(photo)).toBe(true);
      expect(hash).toBe(createHash('sha256').update(photo).digest('hex'));
      expect(size).toBe(bytes);
    }
  });

  it('joins the pieces once', () => {
    const photo = collected(randomBytes(200_000), 65_536);
    expect(photo.bytes.buffer).toBe(photo.bytes.buffer);
  });

  it('copies single bytes, so that their chunks can be freed', () => {
    const before = process.memoryUsage();
    const photo = collected(Buffer.alloc(100_000), 1);
    const after = process.memoryUsage();
    expect(photo.bytes.length).toBe(100_000);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2_000_000);
  });

  it('counts bytes beyond the limit without keeping them', () => {
    const buffer = createPhotoBuffer(10);
    for (const piece of [6, 6, 6]) buffer.add(Buffer.alloc(piece));
    expect(buffer.size).toBe(18);
  });
});

import * as fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makeGif } from '../testing/make-gif.ts';
import { holdsFirstFrame, holdsPixels } from './gif-pixels.ts';

/** Returns the picture data of a GIF with one frame, starting with its code size. */
async function dataOf(width: number, height: number, shades: number): Promise<Buffer> {
  const pixels = Buffer.from(Array.from({ length: width * height }, (_, at) => ((at * 7919) % 251) % shades));
  const gif = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .gif({ dither: 0 })
    .toBuffer();
  let at = 13 + ((gif.readUInt8(10) & 0x80) === 0 ? 0 : 3 * 2 ** ((gif.readUInt8(10) & 7) + 1));
  while (gif.readUInt8(at) === 0x21) {
    at += 2;
    while (gif.readUInt8(at) !== 0) at += 1 + gif.readUInt8(at);
    at += 1;
  }
  const flags = gif.readUInt8(at + 9);
  return gif.subarray(at + 10 + ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1)), -1);
}

describe('holdsPixels', () => {
  it.each([
    [1, 1, 1],
    [3, 5, 2],
    [40, 30, 4],
    [200, 100, 16],
    [300, 200, 200],
    [640, 480, 251],
    [1000, 800, 1],
  ])('accepts the pixels of an encoder: %i x %i in %i shades', async (width, height, shades) => {
    const data = await dataOf(width, height, shades);
    expect(await holdsPixels(data, 0, width * height)).toBe(true);
    expect(await holdsPixels(data, 0, width * height - 1)).toBe(false);
    expect(await holdsPixels(data, 0, width * height + 1)).toBe(false);
  });

  it('accepts a code that stands for the run it ends, and codes without an end code', async () => {
    // Clear, 0, the code that is being defined, 0, end: 1 + 2 + 1 pixels.
    expect(await holdsPixels(Buffer.from([2, 2, 0x84, 0x51, 0]), 0, 4)).toBe(true);
    // Clear, 0 and three unused bits.
    expect(await holdsPixels(Buffer.from([2, 1, 0b00_000_100, 0]), 0, 1)).toBe(true);
  });

  it.each([
    ['a code size that no encoder writes', [0, 1, 4, 0]],
    ['a large code size', [9, 2, 0, 1, 0]],
    ['a code that is not defined yet', [2, 2, 0b11_111_100, 0x01, 0]],
    ['data behind the end code', [2, 3, 0x44, 0x01, 0x00, 0]],
    ['a sub-block behind the end code', [2, 2, 0x44, 0x01, 1, 0, 0]],
    ['nothing', [2, 0]],
  ])('refuses %s', async (_, data) => {
    expect(await holdsPixels(Buffer.from(data), 0, 1)).toBe(false);
  });

  it('refuses nearly every change of a byte, one more and one less', async () => {
    const data = await dataOf(60, 50, 200);
    let taken = 0;
    for (let at = 1; at < data.length; at += 1) {
      const [head, tail] = [data.subarray(0, at), data.subarray(at)];
      for (const changed of [
        Buffer.concat([head, Buffer.from([0x5a]), tail]),
        Buffer.concat([head, tail.subarray(1)]),
      ]) {
        // The walk over the sub-blocks has found their end already.
        if (await holdsPixels(Buffer.concat([changed, Buffer.alloc(300)]), 0, 3_000)) taken += 1;
      }
    }
    expect(taken / (2 * data.length)).toBeLessThan(0.01);
  });

  it('ends for any bytes', () => {
    return fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(1_000_000), async (bytes, pixels) => {
        const data = Buffer.concat([bytes, Buffer.alloc(256)]);
        expect([true, false]).toContain(await holdsPixels(data, 0, pixels));
      }),
    );
  });
});

describe('holdsFirstFrame', () => {
  const one = { width: 1, height: 1 };

  it('compares the pixels of the first frame with its size, behind any extensions', async () => {
    expect(await holdsFirstFrame(makeGif(one, [one, one]))).toBe(true);
    expect(await holdsFirstFrame(makeGif(one, [{ width: 1, height: 2 }, one]))).toBe(false);
    expect(await holdsFirstFrame(makeGif(one, [one, { width: 2, height: 2 }]))).toBe(true);
    const animated = await sharp({ create: { width: 9, height: 7, channels: 3, background: '#060' } })
      .gif({ loop: 3 })
      .toBuffer();
    expect(await holdsFirstFrame(animated)).toBe(true);
  });

  it('reads 10 MB in turns with other work', async () => {
    const block = Buffer.concat([Buffer.from([255]), Buffer.alloc(255, Buffer.from([0x24, 0x49, 0x92]))]);
    const frame = makeGif(one, [{ width: 10_000, height: 8_900 }]).subarray(0, 30);
    const gif = Buffer.concat([frame, Buffer.alloc(10_000_000, block), Buffer.alloc(256)]);
    let turns = 0;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    expect(await holdsFirstFrame(gif)).toBe(false);
    clearImmediate(next);
    expect(turns).toBeGreaterThan(50);
  });
});

import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

const WIDTH = 2_000;

const encode = (height: number): Promise<Buffer> =>
  sharp(randomBytes(WIDTH * height * 3), { raw: { width: WIDTH, height, channels: 3 } })
    .jpeg({ quality: 85 })
    .toBuffer();

/** A JPEG of noise, of about `bytes`: rows of noise cost the same, so a few of them tell how many are needed. */
export async function noisePhoto(bytes: number): Promise<Buffer> {
  const sample = 50;
  const perRow = (await encode(sample)).length / sample;
  return encode(Math.round(bytes / perRow));
}

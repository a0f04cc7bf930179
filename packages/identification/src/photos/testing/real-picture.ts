import sharp, { type Sharp } from 'sharp';

/** A picture that can be decoded: left half red, right half blue, so that a turn shows. */
export function realPicture(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) pixels[at * 3 + (at % width < width / 2 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** How red and how blue it is at a place given in parts of the width and the height. */
export async function coloursAt(jpeg: Buffer, across: number, down: number): Promise<{ red: boolean; blue: boolean }> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height * down) * info.width + Math.floor(info.width * across)) * info.channels;
  return { red: data.readUInt8(at) > 150, blue: data.readUInt8(at + 2) > 100 };
}

import sharp, { type Sharp } from 'sharp';

/** Makes a decodable picture: left half red, right half blue, so that a rotation is visible. */
export function realPicture(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at += 1) pixels[at * 3 + (at % width < width / 2 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Returns whether a place, given in parts of width and height, is red and whether it is blue. */
export async function coloursAt(jpeg: Buffer, across: number, down: number): Promise<{ red: boolean; blue: boolean }> {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height * down) * info.width + Math.floor(info.width * across)) * info.channels;
  return { red: data.readUInt8(at) > 150, blue: data.readUInt8(at + 2) > 100 };
}

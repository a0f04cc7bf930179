import sharp, { type Sharp } from 'sharp';

/** Generates a colourful picture; each `variant` gives another one. */
export function picture(variant = 1, width = 240, height = 180): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const x = (at % width) / width;
    const y = Math.floor(at / width) / height;
    pixels[at * 3] = wave(x * variant + y);
    pixels[at * 3 + 1] = wave(x + y * (variant + 1) + 0.3);
    pixels[at * 3 + 2] = wave((x - y) * (variant + 2) + 0.7);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Generates a picture of one colour. */
export function plain(colour: string, width = 64, height = 64): Sharp {
  return sharp({ create: { width, height, channels: 3, background: colour } });
}

function wave(turns: number): number {
  return Math.round(127.5 + 127.5 * Math.sin(turns * 2 * Math.PI));
}

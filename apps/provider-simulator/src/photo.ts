import { createHash } from 'node:crypto';
import sharp from 'sharp';

/** A photo as the simulator sees it. */
export interface Photo {
  width: number;
  height: number;
  /** Not grey and not of a single colour. */
  isPlant: boolean;
  /** The same for the same pixels, and mostly for the same picture in another size or encoding. */
  seed: string;
}

const SIDE = 32;
/** Mean distance between a pixel's strongest and weakest channel, of 255: below it, the picture is grey. */
const GREY_BELOW = 5;
/** Mean spread of the channels, of 255: below it, the picture is of a single colour. */
const PLAIN_BELOW = 4;

/** Undefined when the bytes are no picture that can be decoded. */
export async function seePhoto(bytes: Buffer): Promise<Photo | undefined> {
  try {
    const { width, height } = await sharp(bytes).metadata();
    const pixels = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize(SIDE, SIDE, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const channels = split(pixels.data, pixels.info.channels);
    return {
      width,
      height,
      isPlant: chroma(channels) >= GREY_BELOW && spread(channels) >= PLAIN_BELOW,
      seed: fingerprint(channels),
    };
  } catch {
    return undefined;
  }
}

type Channels = readonly [red: number[], green: number[], blue: number[]];

/** A greyscale picture has one channel only, which then stands for all three. */
function split(data: Buffer, count: number): Channels {
  const channel = (offset: number): number[] =>
    Array.from({ length: SIDE * SIDE }, (_, pixel) => data[pixel * count + (count < 3 ? 0 : offset)] ?? 0);
  return [channel(0), channel(1), channel(2)];
}

function chroma([red, green, blue]: Channels): number {
  const distances = red.map((r, pixel) => {
    const g = green[pixel] ?? 0;
    const b = blue[pixel] ?? 0;
    return Math.max(r, g, b) - Math.min(r, g, b);
  });
  return mean(distances);
}

function spread(channels: Channels): number {
  const deviations = channels.map((channel) => {
    const middle = mean(channel);
    return Math.sqrt(mean(channel.map((value) => (value - middle) ** 2)));
  });
  return Math.max(...deviations);
}

/** Which of two is the stronger, field by field: that outlives scaling and recompression, values do not. */
function fingerprint([red, green, blue]: Channels): string {
  const light = fieldsOf(
    red.map((r, pixel) => r * 0.3 + (green[pixel] ?? 0) * 0.6 + (blue[pixel] ?? 0) * 0.1),
    4,
  );
  const neighbours = light.flatMap((row, y) =>
    row.flatMap((value, x) => [value > (row[x + 1] ?? value), value > (light[y + 1]?.[x] ?? value)]),
  );
  const [reds, greens, blues] = [red, green, blue].map((channel) => fieldsOf(channel, 2).flat());
  const hues = (reds ?? []).flatMap((r, field) => {
    const g = greens?.[field] ?? 0;
    const b = blues?.[field] ?? 0;
    return [r > g, g > b, r > b];
  });
  const bits = [...neighbours, ...hues].map(Number).join('');
  return createHash('sha256').update(bits).digest('hex').slice(0, 16);
}

/** Means of the square fields that a channel is cut into, in rows. */
function fieldsOf(channel: readonly number[], perSide: number): number[][] {
  const size = SIDE / perSide;
  const places = Array.from({ length: perSide }, (_, place) => place);
  return places.map((row) =>
    places.map((column) =>
      mean(
        channel.filter((_, at) => Math.floor((at % SIDE) / size) === column && Math.floor(at / SIDE / size) === row),
      ),
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The photos of one request are of one plant: one seed for all, made of those that show a plant. */
export function seedOf(photos: readonly Photo[]): string | undefined {
  const plants = photos.filter(({ isPlant }) => isPlant);
  return plants.length === 0 ? undefined : plants.map(({ seed }) => seed).join('+');
}

import { createHash } from 'node:crypto';
import sharp from 'sharp';

/** The properties of a photo that decide the answers. */
export interface Photo {
  width: number;
  height: number;
  /** True unless the picture is grey or of a single colour. */
  isPlant: boolean;
  /** Fingerprint: equal for the same pixels, and mostly for the same picture in another size or encoding. */
  seed: string;
}

/** Width and height to which pictures are scaled. */
const SIDE = 32;
/** Mean distance between a pixel's strongest and weakest channel, of 255: below it, the picture is grey. */
const MIN_CHROMA = 5;
/** Mean spread of the channels, of 255: below it, the picture is of a single colour. */
const MIN_SPREAD = 4;

/** Decodes a photo; undefined for bytes that cannot be decoded. */
export async function readPhoto(bytes: Buffer): Promise<Photo | undefined> {
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
      isPlant: chroma(channels) >= MIN_CHROMA && spread(channels) >= MIN_SPREAD,
      seed: fingerprint(channels),
    };
  } catch {
    return undefined;
  }
}

type Channels = readonly [red: number[], green: number[], blue: number[]];

/** Splits pixels into channels. The one channel of a greyscale picture counts as all three. */
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

/** Hashes which of two neighbouring fields or channels is stronger: unlike values, that survives scaling and recompression. */
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

/** Cuts a channel into square fields and returns their means, in rows. */
function fieldsOf(channel: readonly number[], perSide: number): number[][] {
  const size = SIDE / perSide;
  const indexes = Array.from({ length: perSide }, (_, index) => index);
  return indexes.map((row) =>
    indexes.map((column) =>
      mean(
        channel.filter(
          (_, pixel) => Math.floor((pixel % SIDE) / size) === column && Math.floor(pixel / SIDE / size) === row,
        ),
      ),
    ),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Returns one seed for all photos of a request, which show one plant; undefined when none of them shows a plant. */
export function seedOf(photos: readonly Photo[]): string | undefined {
  const plants = photos.filter(({ isPlant }) => isPlant);
  return plants.length === 0 ? undefined : plants.map(({ seed }) => seed).join('+');
}

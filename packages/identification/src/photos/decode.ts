import sharp, { type SharpOptions } from 'sharp';
import { holdsFirstFrame } from './formats/gif-pixels.ts';
import { holdsAllBlocks } from './formats/jpeg-scans.ts';
import type { InspectedPhoto } from './inspect.ts';
import type { NormalizedPhoto, PhotoType } from './types.ts';

/** Neither provider asks for more, and their prices and times do not fall below it. */
const MAX_SIDE = 1500;
/** JPEG quality, as in the Django system. */
const QUALITY = 85;
/** Looked at by libvips between tiles only, so it bounds slow decodes, not every one; inspection bounds the rest. */
const TIME_LIMIT_SECONDS = 10;

/**
 * Lets sharp open the four formats we take and nothing else: left alone it renders an SVG called photo.jpg. Both
 * settings hold for the whole process. One libvips thread each, and as many photos at once as the queue lets in.
 */
export function confineDecoder(): void {
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
    ],
  });
}

/** Whether a repaired picture is all there, which a decoder does not tell in every case. */
function isWhole(type: PhotoType, bytes: Buffer): Promise<boolean> {
  return type === 'gif' ? holdsFirstFrame(bytes) : holdsAllBlocks(bytes);
}

/**
 * Makes the only form of a photo that leaves or is stored: an sRGB JPEG, upright, on white, without metadata.
 * Throws whatever sharp throws: its texts are shared by all decodes of the process and may be another photo's.
 */
export async function decodePhoto(photo: InspectedPhoto): Promise<NormalizedPhoto> {
  const options: SharpOptions = {
    autoOrient: true,
    failOn: 'warning',
    limitInputChannels: 5,
    limitInputPixels: photo.width * photo.height,
    pages: 1,
    sequentialRead: true,
    unlimited: false,
  };
  const { data: bytes } = photo;
  if (photo.isRepaired && !(await isWhole(photo.type, bytes))) throw new TypeError('the picture data is not whole');
  const { format } = await sharp(bytes, options).metadata();
  if (format !== photo.type) throw new TypeError(`decoded as ${format}, inspected as ${photo.type}`);
  const { data, info } = await sharp(bytes, options)
    .timeout({ seconds: TIME_LIMIT_SECONDS })
    .resize(MAX_SIDE, MAX_SIDE, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true });
  return { jpeg: data, width: info.width, height: info.height };
}

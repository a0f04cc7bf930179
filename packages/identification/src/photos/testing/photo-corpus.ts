import sharp from 'sharp';
import { SOF0, SOS } from '../formats/jpeg.ts';
import { badPhotos, noiseJpeg } from './bad-photos.ts';
import { composedJpegs } from './composed-photos.ts';
import { inThreeScans, offsetOf } from './joined-jpegs.ts';
import { makeGif } from './make-gif.ts';
import { box, ispe, makeHeif } from './make-heif.ts';
import { makeJpeg } from './make-jpeg.ts';
import { chunk, colourProfile, compressedText, makePng } from './make-png.ts';
import { realPicture } from './real-picture.ts';

/** A photo as a client sends it, and what the API must answer; without `refusal`, 200. */
export interface CorpusPhoto {
  name: string;
  bytes: Buffer;
  fileName?: string;
  mediaType?: string;
  refusal?: { status: number; code: string; detail: string };
  /** Whether a decoder that was given it would take long or much memory: the answer must come before any decode. */
  isBomb?: boolean;
}

const MEGABYTE = 1_048_576;
const SMALL = { width: 16, height: 16 };
const FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const;
const PHP = Buffer.from('<?php system($_GET[0]); ?>PK\x03\x04', 'latin1');

const tooLarge = (detail: string) => ({ status: 413, code: 'photo_too_large', detail });
const wrongType = (detail: string) => ({ status: 415, code: 'photo_type', detail });
const unreadable = (why: string) => ({
  status: 422,
  code: 'photo_undecodable',
  detail: `Photo 1 could not be read: ${why}. Please try another photo.`,
});
const TRUNCATED = unreadable('the file ends before the picture does');
const DAMAGED = unreadable('the file is damaged');

const changed = (bytes: Buffer, at: number, ...values: number[]) =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(values), bytes.subarray(at + values.length)]);

/** Returns the offset of Ss, Se and Ah/Al in the first scan header. */
function rangeOf(jpeg: Buffer): number {
  const scan = offsetOf(jpeg, SOS);
  return scan + 5 + jpeg.readUInt8(scan + 4) * 2;
}

/** Makes the corpus: good photos of every format, those with faults of real cameras and clients, and hostile ones. */
export async function makePhotoCorpus(): Promise<CorpusPhoto[]> {
  const groups = await Promise.all([goodPhotos(), repairedPhotos(), misnamedPhotos(), damagedPhotos(), bombs()]);
  return [...groups.flat(), ...otherFiles()];
}

async function goodPhotos(): Promise<CorpusPhoto[]> {
  const picture = realPicture(120, 90);
  const plain = await Promise.all(
    FORMATS.map(async (type) => ({ name: `a plain ${type}`, bytes: await picture.toFormat(type).toBuffer() })),
  );
  const jpeg = plain[0]?.bytes ?? Buffer.alloc(0);
  const composed = Object.entries(await composedJpegs()).map(([name, bytes]) => ({ name, bytes }));
  return [
    ...plain,
    ...composed,
    { name: 'a progressive JPEG', bytes: await picture.jpeg({ progressive: true }).toBuffer() },
    { name: 'a CMYK JPEG', bytes: await picture.toColourspace('cmyk').jpeg().toBuffer() },
    {
      name: 'an interlaced PNG of 16 bits',
      bytes: await picture.toColourspace('rgb16').png({ progressive: true }).toBuffer(),
    },
    {
      name: 'a JPEG in a HEIF file',
      bytes: makeHeif({ brand: 'mif1', items: [{ type: 'jpeg', properties: [ispe(120, 90)], data: jpeg }] }),
    },
    ...plain.map(({ bytes, name }) => ({
      name: `${name} with a program behind it`,
      bytes: Buffer.concat([bytes, PHP]),
    })),
  ];
}

/** Photos with a fault that a viewer does not notice, and the same photos with one that no viewer can repair. */
async function repairedPhotos(): Promise<CorpusPhoto[]> {
  const picture = realPicture(120, 90);
  const jpegs = {
    'of 4:4:4': await picture.jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
    'in grey': await picture.toColourspace('b-w').jpeg().toBuffer(),
    'of three scans': await inThreeScans(120, 90),
  };
  const still = await picture.gif().toBuffer();
  const frames = await Promise.all(
    ['#f00', '#00f'].map(async (background) =>
      sharp({ create: { width: 40, height: 30, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = await sharp(frames, { join: { animated: true } })
    .gif()
    .toBuffer();
  const comment = Buffer.from('\x21\xfe\x05plant\0', 'latin1');
  return [
    ...Object.entries(jpegs).flatMap(([kind, jpeg]): CorpusPhoto[] => {
      const wrong = changed(jpeg, rangeOf(jpeg), 0, 0, 0);
      const height = offsetOf(wrong, SOF0) + 5;
      return [
        { name: `a JPEG ${kind} with a wrong scan header`, bytes: wrong },
        {
          name: `a JPEG ${kind} with a wrong scan header and more rows than data`,
          bytes: changed(wrong, height, 0, 180),
          refusal: DAMAGED,
        },
      ];
    }),
    { name: 'a GIF without its trailer', bytes: still.subarray(0, -1) },
    { name: 'an animation without its trailer', bytes: animation.subarray(0, -1) },
    { name: 'a GIF that ends in a comment', bytes: Buffer.concat([still.subarray(0, -1), comment]) },
    { name: 'a GIF with zeros for its trailer', bytes: Buffer.concat([still.subarray(0, -1), Buffer.alloc(3)]) },
    { name: 'a GIF that is cut in its picture data', bytes: still.subarray(0, -3), refusal: TRUNCATED },
    { name: 'an animation that is cut in its picture data', bytes: animation.subarray(0, -9), refusal: TRUNCATED },
  ];
}

async function misnamedPhotos(): Promise<CorpusPhoto[]> {
  const picture = realPicture(120, 90);
  const [jpeg, png, gif] = await Promise.all([
    picture.jpeg().toBuffer(),
    picture.png().toBuffer(),
    picture.gif().toBuffer(),
  ]);
  const rename = (ending: string, format: string) =>
    wrongType(`The name of photo 1 ends in .${ending}, but it is ${format}. Please rename it and try again.`);
  const relabel = (format: string, type: string) =>
    wrongType(`Photo 1 was sent as another type of file, but is ${format}. Please send it as ${type}.`);
  return [
    { name: 'a JPEG under the name of a HEIC', bytes: jpeg, fileName: 'IMG_0001.HEIC', mediaType: 'image/heic' },
    { name: 'a PNG under the name of an AVIF', bytes: png, fileName: 'leaf.avif', mediaType: 'image/avif' },
    { name: 'a GIF under the name of a TIFF', bytes: gif, fileName: 'leaf.tiff', mediaType: 'image/tiff' },
    { name: 'a JPEG under the name of a species', bytes: jpeg, fileName: 'Ficus.lyrata' },
    {
      name: 'a PNG that a browser is still downloading',
      bytes: png,
      fileName: 'leaf.crdownload',
      mediaType: 'application/octet-stream',
    },
    {
      name: 'a JPEG under the name of a program',
      bytes: jpeg,
      fileName: 'IMG_0001.HEIC.php',
      refusal: rename('php', 'a JPEG'),
    },
    { name: 'a GIF under the name of a page', bytes: gif, fileName: 'leaf.html', refusal: rename('html', 'a GIF') },
    {
      name: 'a PNG under the name of a hidden file',
      bytes: png,
      fileName: '.htpasswd',
      refusal: rename('htpasswd', 'a PNG'),
    },
    { name: 'a JPEG labelled as PNG', bytes: jpeg, mediaType: 'image/png', refusal: relabel('a JPEG', 'image/jpeg') },
    { name: 'a PNG labelled as a page', bytes: png, mediaType: 'text/html', refusal: relabel('a PNG', 'image/png') },
  ];
}

async function damagedPhotos(): Promise<CorpusPhoto[]> {
  const whole = await Promise.all(
    FORMATS.map(async (type) => ({ type, bytes: await realPicture(64, 48).toFormat(type).toBuffer() })),
  );
  const rare = makeJpeg({ width: 16, height: 16 });
  rare[3] = 0xc3;
  const moving = Buffer.concat([whole.find(({ type }) => type === 'avif')?.bytes ?? Buffer.alloc(0), box('moov')]);
  return [
    ...whole.map(({ bytes, type }) => ({
      name: `a ${type} that ends early`,
      bytes: bytes.subarray(0, -12),
      refusal: TRUNCATED,
    })),
    { name: 'a JPEG without pixels', bytes: makeJpeg({ width: 60, height: 40 }), refusal: DAMAGED },
    { name: 'a PNG without pixels', bytes: makePng({ width: 1_500, height: 1_000 }), refusal: DAMAGED },
    { name: 'a lossless JPEG', bytes: rare, refusal: unreadable('this kind of JPEG is not supported') },
    {
      name: 'an AVIF with moving pictures',
      bytes: moving,
      refusal: wrongType('Photo 1 is an AVIF with moving pictures. Please choose a still one.'),
    },
  ];
}

const NO_PICTURE = wrongType(
  'Photo 1 is not a picture we can read. Please choose a JPEG, PNG, WebP, GIF, AVIF or HEIC.',
);
const AS_PLAIN_JPEG = 'Please save it as a plain JPEG, not a progressive one, or make it smaller.';
const SMALLER = 'or make it smaller.';
const inMemory = (needed: number) =>
  tooLarge(`Photo 1 would take ${needed} MB of memory to open; 200 MB is the most. ${AS_PLAIN_JPEG}`);
const ofSide = (pixels: number) => tooLarge(`Photo 1 is ${pixels} pixels on its longer side; 10000 is the most.`);
const ofFrames = (frames: number) =>
  tooLarge(`Photo 1 has ${frames} frames; 500 is the most. A still picture works best.`);
const LARGE_HEIC = tooLarge(
  `Photo 1 is a HEIC of 64 megapixels (8000 × 8000); 50 is the most. Please save it as a JPEG, ${SMALLER}`,
);

/** What the API says of each bad photo. */
const BAD_PHOTOS: Readonly<Record<string, CorpusPhoto['refusal']>> = {
  'JPEG of 2,600 scans': tooLarge('Photo 1 has 2600 scans; 64 is the most. Please save it as a plain JPEG.'),
  'progressive JPEG of 89 megapixels': inMemory(267),
  'JPEG without its end': TRUNCATED,
  'JPEG whose last rows are missing': DAMAGED,
  'JPEG to be repaired whose last rows are missing': DAMAGED,
  'PNG of 400 megapixels': ofSide(20_000),
  'interlaced PNG of 89 megapixels': tooLarge(
    `Photo 1 has 89 megapixels in a 16-bit interlaced PNG; 27 is the most. Please save it as a plain JPEG, ${SMALLER}`,
  ),
  'PNG of 600,000 chunks': TRUNCATED,
  'PNG of 2 GB of text': ofSide(10_001),
  'WebP of 60,000 frames': ofFrames(60_000),
  'WebP of 268 megapixels': ofSide(16_384),
  'WebP of 89 megapixels': inMemory(356),
  'GIF of 5,000 frames': ofFrames(5_000),
  'AVIF of 289 megapixels': ofSide(17_000),
  'HEIC of 64 megapixels': LARGE_HEIC,
  'HEIC of 64 pixels with a tile of 64 megapixels': LARGE_HEIC,
  'photo of 10 MB and a byte': tooLarge('Photo 1 is 10.1 MB; 10 MB is the most.'),
  'ten million zeros': NO_PICTURE,
};

/**
 * Photos that would keep a decoder busy for long, or let it take much memory. Those whose metadata alone would do so are
 * accepted: no decoder gets to see it.
 */
async function bombs(): Promise<CorpusPhoto[]> {
  const text = compressedText(49 * MEGABYTE);
  const megapixel = { width: 1_000, height: 1_000 };
  const avif = { type: 'av01', properties: [ispe(4_000, 3_001)], data: Buffer.alloc(9) };
  const refused: CorpusPhoto[] = [
    ...badPhotos(await noiseJpeg(400, 300)).map(({ bytes, name }) => ({
      name,
      bytes,
      refusal: BAD_PHOTOS[name] ?? DAMAGED,
    })),
    {
      name: 'PNG of a row too many',
      bytes: makePng({ width: 10_000, height: 8_901 }),
      refusal: tooLarge('Photo 1 has 89.1 megapixels (10000 × 8901); 89 is the most.'),
    },
    {
      name: 'AVIF of a row too many',
      bytes: makeHeif({ brand: 'avif', items: [avif] }),
      refusal: tooLarge(
        `Photo 1 is an AVIF of 12.1 megapixels (4000 × 3001); 12 is the most. Please save it as a JPEG, ${SMALLER}`,
      ),
    },
    {
      name: 'GIF of 90 frames of a megapixel',
      bytes: makeGif(
        megapixel,
        Array.from({ length: 90 }, () => megapixel),
      ),
      refusal: tooLarge('Photo 1 has 90 megapixels (1000 × 1000, 90 times); 89 is the most.'),
    },
  ];
  return [
    ...refused.map((photo) => ({ ...photo, isBomb: true })),
    { name: 'a PNG with 2 GB of text', bytes: makePng({ ...SMALL, extra: Array.from({ length: 40 }, () => text) }) },
    {
      name: 'a PNG with a profile of 49 MB',
      bytes: makePng({ ...SMALL, extra: [colourProfile(Buffer.alloc(49 * MEGABYTE))] }),
    },
    { name: 'a PNG with a program in its metadata', bytes: makePng({ ...SMALL, extra: [chunk('eXIf', PHP)] }) },
  ];
}

/** Files of other kinds under the name of a photo. */
function otherFiles(): CorpusPhoto[] {
  const files: Record<string, string> = {
    'a text': 'I am a photo, believe me.',
    'an SVG': '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40"/>',
    'a TIFF': 'II*\0\b\0\0\0and more of it',
    'a PDF': '%PDF-1.7\nand more of it',
    'a video': '\0\0\0\x18ftypisom\0\0\0\0isom',
    'a script with the start of a JPEG': '\xff\xd8<?php system($_GET[0]); ?>',
    'an anti-virus test file': String.raw`X5O!P%@AP[4\PZX54(P^)7CC)7}$`,
  };
  return [
    ...Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text, 'latin1'), refusal: NO_PICTURE })),
    {
      name: 'an empty file',
      bytes: Buffer.alloc(0),
      refusal: { status: 400, code: 'missing_image', detail: 'Photo 1 is empty.' },
    },
  ];
}

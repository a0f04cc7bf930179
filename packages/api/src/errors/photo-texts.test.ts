import type { PhotoErrorReason } from '@plantcommunity/identification';
import { describe, expect, it } from 'vitest';
import { photoErrorText } from './photo-texts.ts';

const REASONS: readonly (readonly [PhotoErrorReason, string])[] = [
  [{ type: 'empty' }, 'Photo 2 is empty.'],
  [{ type: 'bytes', bytes: 10_485_761, max: 10_485_760 }, 'Photo 2 is 10.1 MB; 10 MB is the most.'],
  [{ type: 'side', pixels: 10_001, max: 10_000 }, 'Photo 2 is 10001 pixels on its longer side; 10000 is the most.'],
  [
    { type: 'pixels', width: 10_000, height: 8901, frames: 1, max: 89_000_000 },
    'Photo 2 has 89.1 megapixels (10000 × 8901); 89 is the most.',
  ],
  [
    { type: 'pixels', width: 1000, height: 1000, frames: 90, max: 89_000_000 },
    'Photo 2 has 90 megapixels (1000 × 1000, 90 times); 89 is the most.',
  ],
  [
    { type: 'frames', frames: 60_000, max: 500 },
    'Photo 2 has 60000 frames; 500 is the most. A still picture works best.',
  ],
  [{ type: 'scans', scans: 2600, max: 64 }, 'Photo 2 has 2600 scans; 64 is the most. Please save it as a plain JPEG.'],
  [
    { type: 'decode_memory', bytes: 384_000_000, max: 200_000_000 },
    'Photo 2 would take 384 MB of memory to open; 200 MB is the most. Please save it as a plain JPEG, not a progressive one, or make it smaller.',
  ],
  [
    {
      type: 'decode_time',
      format: 'png',
      traits: ['transparent', '16-bit'],
      scans: 1,
      pixels: 28_800_000,
      max: 28_571_428.6,
    },
    'Photo 2 has 28.8 megapixels in a transparent 16-bit PNG; 28.5 is the most. Please save it as a plain JPEG, or make it smaller.',
  ],
  [
    { type: 'decode_time', format: 'jpeg', traits: [], scans: 64, pixels: 33_200_000, max: 30_902_348.6 },
    'Photo 2 has 33.2 megapixels in a JPEG of 64 scans; 30.9 is the most. Please save it as a plain JPEG, or make it smaller.',
  ],
  [
    { type: 'unknown_format' },
    'Photo 2 is not a picture we can read. Please choose a JPEG, PNG, WebP, GIF, AVIF or HEIC.',
  ],
  [
    { type: 'no_decoder', format: 'heic' },
    'Photo 2 is a HEIC, which this server cannot open: the optional package libheif-js is not installed. Please save it as a JPEG and try again.',
  ],
  [
    { type: 'decode_seconds', format: 'heic', max: 10 },
    'Photo 2 is a HEIC that took more than 10 seconds to open; 10 is the most. Please save it as a JPEG, or make it smaller.',
  ],
  [
    { type: 'format_pixels', format: 'avif', width: 4000, height: 3001, max: 12_000_000 },
    'Photo 2 is an AVIF of 12.1 megapixels (4000 × 3001); 12 is the most. Please save it as a JPEG, or make it smaller.',
  ],
  [{ type: 'sequence', format: 'avif' }, 'Photo 2 is an AVIF with moving pictures. Please choose a still one.'],
  [
    { type: 'other_media_type', format: 'webp' },
    'Photo 2 was sent as another type of file, but is a WebP. Please send it as image/webp.',
  ],
  [
    { type: 'other_file_ending', format: 'gif', ending: 'php' },
    'The name of photo 2 ends in .php, but it is a GIF. Please rename it and try again.',
  ],
  [
    { type: 'dot_file' },
    'The name of photo 2 starts with a dot, like that of a hidden file. Please rename it and try again.',
  ],
  [
    { type: 'unreadable', fault: 'truncated' },
    'Photo 2 could not be read: the file ends before the picture does. Please try another photo.',
  ],
  [
    { type: 'unreadable', fault: 'damaged' },
    'Photo 2 could not be read: the file is damaged. Please try another photo.',
  ],
  [
    { type: 'unsupported_kind', format: 'jpeg' },
    'Photo 2 could not be read: this kind of JPEG is not supported. Please try another photo.',
  ],
];

describe('photoErrorText', () => {
  it.each(REASONS)('says what is wrong with the second photo of an upload: %j', (reason, text) => {
    expect(photoErrorText({ photo: 1, reason })).toBe(text);
  });

  it('rounds so that a value just over a limit reads as more than the limit', () => {
    const reason = { type: 'decode_memory', bytes: 200_000_001, max: 200_000_000 } as const;
    expect(photoErrorText({ photo: 0, reason })).toContain(
      'would take 200.1 MB of memory to open; 200 MB is the most.',
    );
  });
});

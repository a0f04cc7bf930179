import { describe, expect, it } from 'vitest';
import { ACCEPTED_MEDIA_TYPES, detectFormat, FORMAT_NAMES, OFFERED_MEDIA_TYPES } from './photo-formats.ts';

/** Makes the first box of an ISO media file. */
function boxOf(major: string, ...compatible: string[]): Buffer {
  const box = Buffer.from(`\0\0\0\0ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  box.writeUInt32BE(box.length);
  return box;
}

it('the list of photo formats gives the words of sentences and the media types of uploads', () => {
  expect(FORMAT_NAMES).toBe('JPEG, PNG, WebP, GIF, AVIF or HEIC');
  expect(ACCEPTED_MEDIA_TYPES).toBe('image/jpeg, image/png, image/webp, image/gif, image/avif, image/heic');
});

it('file inputs name no format that iOS converts to JPEG where it is not named', () => {
  expect(OFFERED_MEDIA_TYPES).toBe('image/jpeg, image/png, image/webp, image/gif');
});

describe('detectFormat', () => {
  it.each(['avif', 'avis'])('detects AVIF by the brand %s', (brand) => {
    expect(detectFormat(boxOf(brand, 'miaf'))).toBe('avif');
  });

  it.each(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1'])(
    'detects HEIC by the brand %s',
    (brand) => {
      expect(detectFormat(boxOf(brand, 'miaf'))).toBe('heic');
    },
  );

  it.each(['mif1', 'msf1'])('detects AVIF where it is compatible with the major brand %s', (major) => {
    expect(detectFormat(boxOf(major, 'miaf', 'avif'))).toBe('avif');
    const last = [...Array.from({ length: 27 }, () => 'miaf'), 'avif'];
    expect(detectFormat(boxOf(major, ...last))).toBe('avif');
    expect(detectFormat(boxOf(major, 'miaf', ...last))).toBe('heic');
  });

  it('takes a file with the major brand heic for HEIC, and other brands for no photo', () => {
    expect(detectFormat(boxOf('heic', 'avif'))).toBe('heic');
    expect(detectFormat(boxOf('mp42'))).toBeUndefined();
  });
});

import * as server from '@plantcommunity/identification/photo-signature';
import { describe, expect, it } from 'vitest';
import { ACCEPTED_MEDIA_TYPES, AVIF_BRANDS, detectFormat, FORMATS_TEXT, HEIC_BRANDS } from './photo-formats.ts';

/** Makes the first box of an ISO media file. */
function boxOf(major: string, ...compatible: string[]): Buffer {
  const box = Buffer.from(`\0\0\0\0ftyp${major}\0\0\0\0${compatible.join('')}`, 'latin1');
  box.writeUInt32BE(box.length);
  return box;
}

const names = (box: Buffer) => ({ page: detectFormat(box).name?.toLowerCase(), server: server.detectFormat(box) });

describe('the list of photo formats', () => {
  it('gives the words of the pages and the media types of file inputs', () => {
    expect(FORMATS_TEXT).toBe('JPEG, PNG, WebP or GIF');
    expect(ACCEPTED_MEDIA_TYPES).toBe('image/jpeg,image/png,image/webp,image/gif');
  });
});

describe('the brands of ISO media files', () => {
  it('are those of the server', () => {
    expect(new Set(AVIF_BRANDS)).toEqual(server.AVIF_BRANDS);
    expect(new Set(HEIC_BRANDS)).toEqual(server.HEIC_BRANDS);
  });

  it.each([...AVIF_BRANDS, ...HEIC_BRANDS])('name the same format on the page and on the server: %s', (brand) => {
    const isAvif = AVIF_BRANDS.includes(brand);
    expect(names(boxOf(brand, 'miaf'))).toEqual(
      isAvif ? { page: 'avif', server: 'avif' } : { page: 'heic', server: 'heic' },
    );
  });

  it.each(['mif1', 'msf1'])('name AVIF where one is compatible with the major brand %s', (major) => {
    expect(names(boxOf(major, 'miaf', 'avif'))).toEqual({ page: 'avif', server: 'avif' });
    const last = [...Array.from({ length: 27 }, () => 'miaf'), 'avif'];
    expect(names(boxOf(major, ...last))).toEqual({ page: 'avif', server: 'avif' });
    expect(names(boxOf(major, 'miaf', ...last))).toEqual({ page: 'heic', server: 'heic' });
  });

  it('do not make a file with the major brand heic an AVIF', () => {
    expect(names(boxOf('heic', 'avif'))).toEqual({ page: 'heic', server: 'heic' });
  });

  it('leave other brands to videos', () => {
    expect(names(boxOf('mp42'))).toEqual({ page: 'video', server: undefined });
  });
});

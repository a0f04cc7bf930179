import { SIGNATURE_BYTES } from '@plantcommunity/identification/photo-formats';
import { describe, expect, it } from 'vitest';
import { checkPhoto } from './photo-check.ts';

const MAX_BYTES = 10_485_760;

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16);
const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const WEBP = new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 ');
const HEIC = new TextEncoder().encode('\0\0\0\x18ftypheic\0\0\0\0');

const file = (name: string, bytes: Uint8Array<ArrayBuffer> | string, type = '') => new File([bytes], name, { type });
const check = async (of: File) =>
  checkPhoto(of, new Uint8Array(await of.slice(0, SIGNATURE_BYTES).arrayBuffer()), MAX_BYTES);
const reason = async (of: File) => {
  const checked = await check(of);
  return checked.ok ? undefined : `${checked.rejected.badge}: ${checked.rejected.reason}`;
};

describe('checkPhoto', () => {
  it('accepts a photo unchanged', async () => {
    const photo = file('begonia.jpg', JPEG, 'image/jpeg');
    expect(await check(photo)).toEqual({ ok: true, file: photo });
  });

  it.each([
    { name: 'begonia.png', bytes: JPEG, trueName: 'begonia.jpg', type: 'image/jpeg' },
    { name: 'image', bytes: PNG, trueName: 'image.png', type: 'image/png' },
    { name: 'jpg', bytes: PNG, trueName: 'jpg.png', type: 'image/png' },
    { name: '.jpg', bytes: PNG, trueName: 'photo.png', type: 'image/png' },
    { name: 'leaf.WEBP', bytes: WEBP, trueName: 'leaf.WEBP', type: 'image/webp' },
    { name: 'IMG_1.jpg', bytes: HEIC, trueName: 'IMG_1.heic', type: 'image/heic' },
    { name: 'IMG_1.HEIC', bytes: JPEG, trueName: 'IMG_1.jpg', type: 'image/jpeg' },
    { name: 'Monstera.deliciosa', bytes: JPEG, trueName: 'Monstera.deliciosa.jpg', type: 'image/jpeg' },
    { name: 'upload.tmp', bytes: WEBP, trueName: 'upload.tmp.webp', type: 'image/webp' },
    { name: 'Screenshot at 10.30', bytes: PNG, trueName: 'Screenshot at 10.30.png', type: 'image/png' },
    { name: 'a.php.jpg', bytes: JPEG, trueName: 'a.php.jpg', type: 'image/jpeg' },
    { name: 'leaf.gif', bytes: new TextEncoder().encode('GIF89a'), trueName: 'leaf.gif', type: 'image/gif' },
  ])('accepts $name with its true name and type', async ({ name, bytes, trueName, type }) => {
    const checked = await check(file(name, bytes));
    expect(checked.ok && { name: checked.file.name, type: checked.file.type }).toEqual({ name: trueName, type });
  });

  it('names the content of a file that only looks like a photo', async () => {
    expect(await reason(file('photo.jpg', '%PDF-1.7'))).toBe(
      'PDF: It says photo, but inside it is a PDF. Choose a JPEG, PNG, WebP, GIF, AVIF or HEIC.',
    );
    expect(await reason(file('photo.jpg', 'hello there', 'image/jpeg'))).toContain('inside it is text');
    expect(await reason(file('photo.jpg', Uint8Array.of(0, 1, 2, 3)))).toContain('inside it is no photo');
    expect(await reason(file('drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'))).toContain(
      'a vector drawing',
    );
  });

  it('rejects a photo with a foreign extension, an empty file and a large file', async () => {
    expect(await reason(file('photo.exe', JPEG))).toBe(
      'EXE: Its name ends in .exe, which is no photo. Choose a JPEG, PNG, WebP, GIF, AVIF or HEIC.',
    );
    expect(await reason(file('photo.jpg', ''))).toContain('nothing in this file');
    const big = new Uint8Array(MAX_BYTES + 1);
    big.set(JPEG);
    expect(await reason(file('big.jpg', big))).toMatch(/^10\u00a0MB: 10\.1\u00a0MB; 10\u00a0MB is the most/);
    expect((await check(file('fits.jpg', big.slice(0, MAX_BYTES)))).ok).toBe(true);
  });
});

describe('the name of a photo', () => {
  it.each(['a.php', 'a.html', 'a.svg', 'a.phtml', '.htaccess', 'shell.php.xyz'])(
    'is rejected as "%s"',
    async (name) => {
      expect(await reason(file(name, JPEG, 'image/jpeg'))).toContain('which is no photo');
    },
  );

  it('must not start with a dot', async () => {
    expect(await reason(file('.bashrc', JPEG))).toContain('starts with a dot');
  });

  it.each(['rose\u202Egpj.exe', 'rose\u202Egnp.jpg', 'shell.php\0.jpg', 'rose\u001B.jpg'])(
    'must not hide its extension, as in %j',
    async (name) => {
      expect(await reason(file(name, JPEG))).toContain('hide how it ends');
    },
  );
});

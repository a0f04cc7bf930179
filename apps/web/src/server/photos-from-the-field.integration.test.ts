import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container } from './container.ts';
import { type Simulator, startInstance, startSimulator, stopInstance } from './testing/wired-instance.ts';

const redisUrl = process.env['TEST_REDIS_URL'];
const casesDir = process.env['PLANT_CASES_DIR'];
const readCase = (name: string) => readFileSync(join(casesDir ?? '', name));

/** File name and media type of a part. */
interface Sent {
  name?: string;
  mediaType?: string;
}

/**
 * Sends photos as clients in the field do, to a fully wired instance over its REST handler. The letters are those of
 * the reported cases.
 */
describe.skipIf(redisUrl === undefined || !casesDir)('a photo from the field', () => {
  let simulator: Simulator;
  let instance: Container;

  beforeAll(async () => {
    simulator = await startSimulator();
    const settings = { PLANT_ID_API_KEY: 'some-key', IDENTIFY_RATE_ANONYMOUS: '10000/h' };
    instance = await startInstance(simulator, redisUrl ?? '', settings);
  });
  afterAll(async () => {
    await stopInstance(instance);
    simulator.stop();
  });

  /** Sends a photo to both namespaces, which must give the same status, and returns the answer of v1. */
  async function identify(photo: Buffer, sent: Sent = {}) {
    const answers = await Promise.all(['/api/v1', '/api'].map(async (base) => post(base, photo, sent)));
    const [v1, legacy] = answers;
    expect(legacy?.status).toBe(v1?.status);
    return v1;
  }

  async function post(base: string, photo: Buffer, { name = 'rose.jpg', mediaType }: Sent) {
    const head = [
      '--field',
      `Content-Disposition: form-data; name="image"; filename="${name}"`,
      ...(mediaType === undefined ? [] : [`Content-Type: ${mediaType}`]),
    ];
    const body = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), photo, Buffer.from('\r\n--field--\r\n')]);
    const request = new Request(`http://localhost:3000${base}/plant-identification/identify`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'Content-Type': 'multipart/form-data; boundary=field', 'Sec-Fetch-Site': 'same-origin' },
    });
    const answer = await instance.api.rest(request);
    const { code } = (await answer.json()) as { code?: string };
    return { status: answer.status, ...(code === undefined ? {} : { code }) };
  }

  const accepted = { status: 200 };
  const wrongType = { status: 415, code: 'photo_type' };
  const undecodable = { status: 422, code: 'photo_undecodable' };
  const malformed = { status: 400, code: 'malformed_upload' };

  it('J: is accepted with a wrong scan header, and refused when data is missing', async () => {
    const jpeg = readCase('jpeg-scan-Se-0.jpg');
    expect(await identify(jpeg)).toEqual(accepted);
    expect(await identify(jpeg.subarray(0, -2))).toEqual(undecodable);
    expect(await identify(Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.from([0xff, 0xd9])]))).toEqual(
      undecodable,
    );
    const taller = Buffer.from(jpeg);
    const height = jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5;
    taller.writeUInt16BE(jpeg.readUInt16BE(height) * 2, height);
    expect(await identify(taller)).toEqual(undecodable);
  });

  it('G: is accepted as a GIF without its last byte, and refused when its picture data is cut off', async () => {
    const [cut, whole] = [readCase('gif-no-trailer.gif'), readCase('gif-whole.gif')];
    expect(await identify(whole, { name: 'rose.gif' })).toEqual(accepted);
    expect(await identify(cut, { name: 'rose.gif' })).toEqual(accepted);
    for (const bytes of [2, 3, 5]) {
      expect(await identify(whole.subarray(0, -bytes), { name: 'rose.gif' })).toEqual(undecodable);
    }
  });

  it('M: is accepted up to 10 x 1,048,576 bytes', async () => {
    const jpeg = readCase('jpeg-called.HEIC');
    const ofSize = (bytes: number) => Buffer.concat([jpeg], bytes);
    expect(await identify(ofSize(10_200_000))).toEqual(accepted);
    expect(await identify(ofSize(10_485_760))).toEqual(accepted);
    expect(await identify(ofSize(10_485_761))).toEqual({ status: 413, code: 'photo_too_large' });
  });

  describe('N, file names:', () => {
    it.each([
      { name: 'jpeg-called.HEIC' },
      { name: 'jpeg-called.HEIC', mediaType: 'image/heic' },
      { name: 'jpeg-called.HEIC', mediaType: 'image/heif' },
      { name: 'rose.png' },
      { name: 'rose.avif' },
      { name: 'rose.tif', mediaType: 'image/tiff' },
      { name: 'IMG_1.dng' },
      { name: 'Monstera.deliciosa' },
      { name: 'upload.tmp' },
      { name: '1000012345' },
      { name: '' },
      { name: 'a.php.jpg' },
    ])('a JPEG sent as %j is accepted', async (sent) => {
      expect(await identify(readCase('jpeg-called.HEIC'), sent)).toEqual(accepted);
    });

    it.each([
      'rose.php',
      'rose.PHP5',
      'rose.phtml',
      'rose.phar',
      'rose.html',
      'rose.svg',
      'rose.exe',
      'rose.js',
      'rose.pdf',
      'rose.docx',
      'rose.zip',
      'rose.mp4',
      'rose.jpg.php',
      'rose.php.xyz',
      'rose.php.',
      '.htaccess',
      '.bashrc',
      'web.config',
    ])('a JPEG named "%s" is refused', async (name) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { name })).toEqual(wrongType);
    });

    it.each(['a\u0001.jpg', 'a\u001B[2K.jpg', 'shell.php\0.jpg', 'rose\u202Egnp.jpg', 'rose\u202Egpj.exe'])(
      'a JPEG named %j is refused',
      async (name) => {
        expect(await identify(readCase('jpeg-called.HEIC'), { name })).toEqual(malformed);
      },
    );
  });

  describe('T, media types:', () => {
    it.each([
      'image/*',
      '*/*',
      'multipart/form-data',
      'multipart/form-data; boundary=field',
      '',
      ';',
      'image',
      'image/',
      'jpg',
      'application/octet-stream',
      'binary/octet-stream',
      'IMAGE/JPEG; charset=binary',
      'image/jpeg; charset',
      'image/jpg',
      'image/pjpeg',
    ])('a JPEG declared as "%s" is accepted', async (mediaType) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { mediaType })).toEqual(accepted);
    });

    it.each([
      'text/html',
      'text/plain',
      'image/png',
      'image/x-png',
      'image/svg+xml',
      'application/pdf',
      'application/json',
      'application/x-www-form-urlencoded',
      'video/mp4',
      'multipart/mixed',
      'multipart/related; boundary=x',
    ])('a JPEG declared as "%s" is refused', async (mediaType) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { mediaType })).toEqual(wrongType);
    });
  });
});

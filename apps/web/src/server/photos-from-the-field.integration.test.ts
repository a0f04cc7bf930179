import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildContainer } from './build-container.ts';
import type { Container } from './container.ts';

const SIMULATOR = fileURLToPath(new URL('../../../provider-simulator/src/main.ts', import.meta.url));
const redisUrl = process.env['TEST_REDIS_URL'];
const casesDir = process.env['PLANT_CASES_DIR'];
const readCase = (name: string) => readFileSync(join(casesDir ?? '', name));

/** What a client writes above its photo; no label unless given. */
interface Sent {
  name?: string;
  label?: string;
}

/** Sends photos as clients in the field do, to a fully wired instance over its REST handler. */
describe.skipIf(redisUrl === undefined || !casesDir)('a photo from the field', () => {
  let simulator: ChildProcess;
  let instance: Container;

  beforeAll(async () => {
    simulator = fork(SIMULATOR, [], {
      env: { ...process.env, APP_ENV: 'development' },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const [line] = simulator.stdout === null ? [] : ((await once(simulator.stdout, 'data')) as unknown[]);
    const { listening } = JSON.parse(String(line)) as { listening: string };
    await (await openTestDatabase()).close();
    instance = await buildContainer({
      NODE_ENV: 'test',
      APP_ENV: 'development',
      DATA_DIR: join(tmpdir(), randomUUID()),
      DATABASE_URL: testDatabaseUrl(),
      REDIS_URL: redisUrl,
      REDIS_TIMEOUT_MS: '10000',
      PLANT_ID_BASE_URL: `${listening}/api/v3`,
      PLANTNET_BASE_URL: `${listening}/v2`,
      PLANT_ID_API_KEY: 'some-key',
      IDENTIFY_RATE_ANONYMOUS: '10000/h',
      LOG_LEVEL: 'silent',
    });
    const { redis } = instance.redis;
    for (const pattern of ['ratelimit:*', 'credits:*', 'quota:*', 'answer:*', '*circuit*']) {
      const left = await redis.keys(pattern);
      if (left.length > 0) await redis.del(...left);
    }
  });
  afterAll(async () => {
    instance.service.close();
    await instance.redis.close();
    await instance.database.close();
    simulator.kill('SIGKILL');
  });

  /** How both namespaces answer: the status of v1, its code, and the status of the legacy path. */
  async function identify(photo: Buffer, sent: Sent = {}) {
    const answers = await Promise.all(['/api/v1', '/api'].map(async (base) => post(base, photo, sent)));
    const [v1, legacy] = answers;
    expect(legacy?.status).toBe(v1?.status);
    return v1;
  }

  async function post(base: string, photo: Buffer, { name = 'rose.jpg', label }: Sent) {
    const head = [
      '--field',
      `Content-Disposition: form-data; name="image"; filename="${name}"`,
      ...(label === undefined ? [] : [`Content-Type: ${label}`]),
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

  const taken = { status: 200 };
  const typed = { status: 415, code: 'photo_type' };
  const undecodable = { status: 422, code: 'photo_undecodable' };
  const malformed = { status: 400, code: 'malformed_upload' };

  it('J: is taken with a wrong scan header, and refused when it is not all there', async () => {
    const jpeg = readCase('jpeg-scan-Se-0.jpg');
    expect(await identify(jpeg)).toEqual(taken);
    expect(await identify(jpeg.subarray(0, -2))).toEqual(undecodable);
    expect(await identify(Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.from([0xff, 0xd9])]))).toEqual(
      undecodable,
    );
    const taller = Buffer.from(jpeg);
    const height = jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5;
    taller.writeUInt16BE(jpeg.readUInt16BE(height) * 2, height);
    expect(await identify(taller)).toEqual(undecodable);
  });

  it('G: is taken as a GIF without its last byte, and refused when it is cut in its picture data', async () => {
    const [cut, whole] = [readCase('gif-no-trailer.gif'), readCase('gif-whole.gif')];
    expect(await identify(whole, { name: 'rose.gif' })).toEqual(taken);
    expect(await identify(cut, { name: 'rose.gif' })).toEqual(taken);
    for (const bytes of [2, 3, 5]) {
      expect(await identify(whole.subarray(0, -bytes), { name: 'rose.gif' })).toEqual(undecodable);
    }
  });

  it('M: is taken up to 10 x 1,048,576 bytes', async () => {
    const jpeg = readCase('jpeg-called.HEIC');
    const ofSize = (bytes: number) => Buffer.concat([jpeg], bytes);
    expect(await identify(ofSize(10_200_000))).toEqual(taken);
    expect(await identify(ofSize(10_485_760))).toEqual(taken);
    expect(await identify(ofSize(10_485_761))).toEqual({ status: 413, code: 'photo_too_large' });
  });

  describe('N', () => {
    it.each([
      { name: 'jpeg-called.HEIC' },
      { name: 'jpeg-called.HEIC', label: 'image/heic' },
      { name: 'jpeg-called.HEIC', label: 'image/heif' },
      { name: 'rose.png' },
      { name: 'rose.avif' },
      { name: 'rose.tif', label: 'image/tiff' },
      { name: 'IMG_1.dng' },
      { name: 'Monstera.deliciosa' },
      { name: 'upload.tmp' },
      { name: '1000012345' },
      { name: '' },
      { name: 'a.php.jpg' },
    ])('takes a JPEG sent as %j', async (sent) => {
      expect(await identify(readCase('jpeg-called.HEIC'), sent)).toEqual(taken);
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
    ])('refuses a JPEG called "%s"', async (name) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { name })).toEqual(typed);
    });

    it.each(['a\u0001.jpg', 'a\u001B[2K.jpg', 'shell.php\0.jpg', 'rose\u202Egnp.jpg', 'rose\u202Egpj.exe'])(
      'refuses a JPEG called %j',
      async (name) => {
        expect(await identify(readCase('jpeg-called.HEIC'), { name })).toEqual(malformed);
      },
    );
  });

  describe('T', () => {
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
    ])('takes a JPEG labelled "%s"', async (label) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { label })).toEqual(taken);
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
    ])('refuses a JPEG labelled "%s"', async (label) => {
      expect(await identify(readCase('jpeg-called.HEIC'), { label })).toEqual(typed);
    });
  });
});

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { apiUnderTest, config } from '../../testing/api-under-test.ts';
import { guardUnderTest, type Served, serve } from '../../testing/serve.ts';

const JPEG = '\xff\xd8\xff\xe0\0\x10JFIF\0';
const PATHS = ['/api/v1/plant-identification/identify', '/api/plant-identification/identify'];
const EVERY_PATH = PATHS.flatMap((path) => [path, `${path}/`]);
const FORM = 'multipart/form-data; boundary=b';

let under = apiUnderTest();
let server: Served;
beforeEach(() => {
  under = apiUnderTest({ config: { rates: { ...config.rates, anonymous: { count: 1_000, windowMs: 3_600_000 } } } });
});
beforeAll(async () => {
  server = await serve(guardUnderTest(new FakeClock()), (incoming) => under.api.rest(incoming));
});
afterAll(() => server.close());

/** Sends a body byte by byte as it is written here, over a real socket. */
async function post(path: string, type: string, body: string): Promise<{ status: number; answer: unknown }> {
  const sent = request({
    port: server.port,
    host: '127.0.0.1',
    method: 'POST',
    path,
    agent: false,
    headers: { Host: 'localhost', 'Content-Type': type, 'Content-Length': body.length },
  });
  sent.end(body, 'latin1');
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answered.statusCode ?? 0, answer: await json(answered) };
}

/** A part that holds the photo. */
const photoPart = (headers: string) => `--b\r\n${headers}\r\n\r\n${JPEG}\r\n`;
const GOOD = photoPart('Content-Disposition: form-data; name="image"; filename="rose.jpg"');

describe.each(EVERY_PATH)('an upload to %s', (path) => {
  it.each([
    ['bare quotes in the file name', 'Content-Disposition: form-data; name="image"; filename="my "best" rose.jpg"'],
    ['a file name without quotes', 'Content-Disposition: form-data; name=image; filename=photo (1).jpg'],
    ['no file name, but a type', 'Content-Disposition: form-data; name="image"\r\nContent-Type: image/jpeg'],
    ['neither file name nor type', 'Content-Disposition: form-data; name="image"'],
    ['the file name first', 'Content-Disposition: form-data; filename="rose.jpg"; name="image"'],
    ['quotes as browsers write them', 'Content-Disposition: form-data; name="image"; filename="a%22b%22.jpg"'],
    ['an extended file name', "Content-Disposition: form-data; name=image; filename*=UTF-8''M%C3%A4rz.jpg"],
    ['both file names', `Content-Disposition: form-data; name=image; filename="M.jpg"; filename*=UTF-8''M%C3%A4rz.jpg`],
    ['a file name in Latin-1', 'Content-Disposition: form-data; name="image"; filename="M\xe4rz.jpg"'],
    ['a file name in UTF-8', 'Content-Disposition: form-data; name="image"; filename="M\xc3\xa4rz.jpg"'],
    ['an empty file name', 'Content-Disposition: form-data; name="image"; filename=""'],
    ['upper case and odd spaces', 'CONTENT-DISPOSITION:FORM-DATA ;NAME = "image" ;FILENAME = "rose.jpg" ;'],
    ['folded headers', 'Content-Disposition: form-data;\r\n\tname="image";\r\n filename="rose.jpg"'],
    ['an empty Content-Type', 'Content-Disposition: form-data; name="image"; filename="rose.jpg"\r\nContent-Type:'],
    [
      'a binary encoding',
      'Content-Disposition: form-data; name=image; filename=a.jpg\r\nContent-Transfer-Encoding: binary',
    ],
    [
      'headers of its own',
      'Content-Length: 12\r\nContent-Disposition: form-data; name=image; filename=a.jpg\r\nX-A: 1\r\nX-A: 2',
    ],
  ])('takes a photo with %s', async (_how, headers) => {
    expect(await post(path, FORM, `${photoPart(headers)}--b--\r\n`)).toMatchObject({ status: 200 });
    expect(under.asked.map(({ photos }) => photos.map(({ bytes }) => bytes.toString('latin1')))).toEqual([[JPEG]]);
  });

  it.each([
    { name: 'an equals sign', type: 'multipart/form-data; boundary=----=_Part_1', boundary: '----=_Part_1' },
    { name: 'a slash', type: 'multipart/form-data; boundary=a/b', boundary: 'a/b' },
    { name: 'a colon', type: 'multipart/form-data; boundary=a:b; charset=utf-8', boundary: 'a:b' },
    { name: 'quotes', type: 'multipart/form-data; boundary="a/b=c"', boundary: 'a/b=c' },
    { name: 'upper-case words around it', type: 'MULTIPART/FORM-DATA; BOUNDARY=abc', boundary: 'abc' },
  ])('takes a boundary with $name', async ({ type, boundary }) => {
    const body = `${GOOD}--b--`.replaceAll('--b', `--${boundary}`);
    expect(await post(path, type, body)).toMatchObject({ status: 200 });
  });

  it.each([
    ['a preamble and an epilogue', `This is MIME.\r\n${GOOD}--b--\r\nThe end.`],
    ['no line behind its closing boundary', `${GOOD}--b--`],
    ['spaces behind its boundaries', `${GOOD}--b--`.replaceAll('--b\r\n', '--b \t\r\n')],
    [
      'image_url beside the photo',
      `--b\r\nContent-Disposition: form-data; name="image_url"\r\n\r\nhttps://x\r\n${GOOD}--b--\r\n`,
    ],
  ])('takes a body with %s', async (_how, body) => {
    expect(await post(path, FORM, body)).toMatchObject({ status: 200 });
  });

  const named = 'Content-Disposition: form-data; name="image"; filename="rose.jpg"';
  it.each([
    ['no boundary in its type', 'multipart/form-data', GOOD, 'does not name one boundary'],
    ['two boundaries in its type', 'multipart/form-data; boundary=b; boundary=c', GOOD, 'does not name one boundary'],
    ['a boundary that cannot be', 'multipart/form-data; boundary={b}', GOOD, 'The boundary in the Content-Type'],
    ['another boundary', 'multipart/form-data; boundary=c', `${GOOD}--b--`, 'does not hold the boundary'],
    ['line feeds alone', FORM, `${GOOD}--b--\r\n`.replaceAll('\r\n', '\n'), 'end in LF alone'],
    ['line feeds alone in its headers', FORM, `--b\r\n${named}\nX: 1\r\n\r\n${JPEG}\r\n--b--`, 'does not end in CR LF'],
    ['a part without headers', FORM, `--b\r\n\r\n${JPEG}\r\n--b--`, 'has no Content-Disposition header'],
    [
      'a part without a disposition',
      FORM,
      `${photoPart('Content-Type: image/jpeg')}--b--`,
      'has no Content-Disposition header',
    ],
    [
      'a part without a name',
      FORM,
      `${photoPart('Content-Disposition: form-data; filename="x.jpg"')}--b--`,
      'does not say which form field it is',
    ],
    [
      'a field in doubt',
      FORM,
      `${photoPart('Content-Disposition: form-data; name="image"; filename="a"; name="organs"')}--b--`,
      'names its form field twice',
    ],
    [
      'another disposition',
      FORM,
      `${photoPart('Content-Disposition: attachment; name="image"')}--b--`,
      'does not begin with form-data',
    ],
    ['two dispositions', FORM, `${photoPart(`${named}\r\n${named}`)}--b--`, 'two Content-Disposition headers'],
    [
      'two types',
      FORM,
      `${photoPart(`${named}\r\nContent-Type: image/jpeg\r\nContent-Type: image/png`)}--b--`,
      'two Content-Type headers',
    ],
    [
      'a photo in base64',
      FORM,
      `${photoPart(`${named}\r\nContent-Transfer-Encoding: base64`)}--b--`,
      'The field “image” is encoded as base64',
    ],
    [
      'text for a photo',
      FORM,
      '--b\r\nContent-Disposition: form-data; name="image"\r\n\r\nhttps://x\r\n--b--',
      'The field “image” holds text',
    ],
    [
      'a photo for text',
      FORM,
      `${photoPart('Content-Disposition: form-data; name="language"; filename="a.jpg"')}--b--`,
      'The field “language” holds a file',
    ],
    [
      'an unknown field',
      FORM,
      `${GOOD}${photoPart('Content-Disposition: form-data; name="photo"; filename="a.jpg"')}--b--`,
      'field “photo”',
    ],
    [
      'no photo',
      FORM,
      '--b\r\nContent-Disposition: form-data; name="language"\r\n\r\nde\r\n--b--',
      'the field “image” holds none',
    ],
    ['no end', FORM, `${GOOD}--b`, 'ends before its closing boundary'],
  ])('refuses %s with the reason', async (_what, type, body, reason) => {
    const { answer, status } = await post(path, type, body);
    expect(status).toBe(400);
    const text = expect.stringContaining(reason) as string;
    expect(answer).toMatchObject(path.startsWith('/api/v1') ? { detail: text } : { success: false, error: text });
    expect(under.asked).toEqual([]);
  });
});

it('a legacy body names every wrong field and its reason', async () => {
  const fields = [
    ['language', 'de--DE'],
    ['latitude', '91'],
    ['longitude', ''],
  ].map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const { answer, status } = await post('/api/plant-identification/identify/', FORM, `${GOOD}${fields.join('')}--b--`);
  expect(status).toBe(400);
  expect(answer).toEqual({
    detail:
      'The request is not valid. latitude: must be from -90 to 90; language: must be a language tag, such as de or pt-BR; longitude: latitude and longitude belong together',
  });
});

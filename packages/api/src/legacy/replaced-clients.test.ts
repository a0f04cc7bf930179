import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { IdentificationError } from '@plantcommunity/identification';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiUnderTest, apiUnderTest, config } from '../testing/api-under-test.ts';
import { guardUnderTest, type Served, serve } from '../testing/serve.ts';

/** The paths that the replaced system had, as its clients write them. */
const PATHS = ['/api/v1/plant-identification/identify', '/api/plant-identification/identify'].flatMap((path) => [
  path,
  `${path}/`,
]);
const REGISTER = ['/api/v1/auth/register/', '/api/auth/register/'];
const JPEG = Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\0 the bytes of a photo', 'latin1');

interface Client {
  name: string;
  headers: Record<string, string>;
  boundary: string;
  /** The lines of each part before its content. */
  photo: string[];
  fields: [headers: string[], value: string][];
}

/** Dart's package http names no type of a text field, and calls every file application/octet-stream. */
const flutter: Client = {
  name: 'the Flutter app over package http',
  headers: { 'user-agent': 'Dart/3.5 (dart:io)', 'accept-encoding': 'gzip' },
  boundary: 'dart-http-boundary-S+WkT1_tXoiv7Pq.Zl2aBMdYH4c6rGEu0NfJ9RyOsVhLxUDg',
  photo: [
    'content-type: application/octet-stream',
    'content-disposition: form-data; name="image"; filename="image_picker_4F2A.jpg"',
  ],
  fields: [
    [['content-disposition: form-data; name="image_url"'], 'https://storage.example/plants/4F2A.jpg'],
    [['content-disposition: form-data; name="include_diseases"'], 'true'],
  ],
};

/** Dart's package dio writes the type of a photo behind its name. */
const dio: Client = {
  name: 'the Flutter app over package dio',
  headers: { 'user-agent': 'Dart/3.5 (dart:io)' },
  boundary: '--dio-boundary-2837461930',
  photo: ['content-disposition: form-data; name="image"; filename="scaled_4F2A.jpg"', 'content-type: image/jpeg'],
  fields: [
    [
      [
        'content-disposition: form-data; name="image_url"',
        'content-type: text/plain; charset=utf-8',
        'content-transfer-encoding: binary',
      ],
      'https://storage.example/plants/Müller.jpg',
    ],
  ],
};

/** A page of another origin, which the settings list as trusted. It sends a token and no cookie. */
const react: Client = {
  name: 'the React page in a browser',
  headers: {
    'User-Agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    Accept: 'application/json, text/plain, */*',
    Origin: 'https://partner.example',
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'cors',
    // Of its cookie, which no answer of ours sets.
    'X-CSRFToken': 'text-of-a-cookie',
  },
  boundary: '----WebKitFormBoundaryuL5tQyXnq0W8ZpRk',
  photo: ['Content-Disposition: form-data; name="image"; filename="Rose (1).JPG"', 'Content-Type: image/jpeg'],
  fields: [[['Content-Disposition: form-data; name="include_diseases"'], 'true']],
};

const CLIENTS = [flutter, dio, react];

let under: ApiUnderTest = apiUnderTest();
let server: Served;
beforeAll(async () => {
  const guard = guardUnderTest(new FakeClock(), { mode: 'production', corsOrigins: ['https://partner.example'] });
  server = await serve(guard, (incoming) => under.api.rest(incoming));
});
afterAll(() => server.close());

/** The body of an upload, byte by byte as the client writes it. */
function uploadOf({ boundary, fields, photo }: Client): Buffer {
  const part = (headers: readonly string[], content: Buffer | string) => [
    Buffer.from(`--${boundary}\r\n${headers.join('\r\n')}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ];
  const texts = fields.flatMap(([headers, value]) => part(headers, value));
  return Buffer.concat([...texts, ...part(photo, JPEG), Buffer.from(`--${boundary}--\r\n`)]);
}

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  body: unknown;
}

async function send(path: string, headers: Record<string, string>, body: Buffer, method = 'POST'): Promise<Received> {
  const length = String(body.length);
  const sent = request({
    port: server.port,
    host: '127.0.0.1',
    method,
    path,
    agent: false,
    headers: { Host: 'localhost', ...headers, 'Content-Length': length },
  });
  sent.end(body);
  const [answered] = (await once(sent, 'response')) as [IncomingMessage];
  const received = await text(answered);
  return {
    status: answered.statusCode ?? 0,
    headers: answered.headers,
    body: received === '' ? undefined : (JSON.parse(received) as unknown),
  };
}

function identify(client: Client, path: string, token: string | undefined = 'anna'): Promise<Received> {
  const authorization = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const type = `multipart/form-data; boundary=${client.boundary}`;
  return send(path, { ...client.headers, ...authorization, 'Content-Type': type }, uploadOf(client));
}

/** The sentence of an error, where the clients of each namespace read it. */
const sentence = (path: string, detail: string, key: 'detail' | 'error' = 'detail') =>
  path.startsWith('/api/v1/') ? { detail } : key === 'error' ? { success: false, error: detail } : { detail };

const cases = CLIENTS.flatMap((client) => PATHS.map((path) => ({ client, path, name: client.name })));

describe('an upload by a client of the replaced system', () => {
  it.each(cases)('$name, to $path, is identified', async ({ client, path }) => {
    under = apiUnderTest({ config: { mode: 'production' } });
    const { body, headers, status } = await identify(client, path);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        success: true,
        plant_name: 'Swiss cheese plant',
        scientific_name: 'Monstera deliciosa',
        confidence: 0.95,
        suggestions: [{ plant_name: 'Swiss cheese plant', probability: 0.95 }],
        care_instructions: { watering: { min: 2, max: 2 } },
        disease_detection: { is_healthy: true },
      },
    });
    expect({ limit: headers['x-ratelimit-limit'], remaining: headers['x-ratelimit-remaining'] }).toEqual({
      limit: '200',
      remaining: '199',
    });
    expect(under.asked).toMatchObject([
      { ownerId: 'anna', options: { includeDiseases: true, organs: [] }, photos: [{ bytes: JPEG }] },
    ]);
  });

  it.each(cases)('$name, to $path, without a token gets the kept text of a 401', async ({ client, path }) => {
    under = apiUnderTest({ config: { mode: 'production' } });
    const { body, headers, status } = await identify(client, path, '');
    const kept =
      'Authentication required for plant identification. Please log in or create an account to identify plants.';
    expect({ status, body }).toMatchObject({ status: 401, body: sentence(path, kept) });
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it.each(cases)('$name, to $path, beyond the limit gets the kept text of a 429', async ({ client, path }) => {
    const pro = { count: 1, windowMs: 3_600_000 };
    under = apiUnderTest({ config: { mode: 'production', rates: { ...config.rates, pro } } });
    await identify(client, path);
    const { body, headers, status } = await identify(client, path);
    const kept = 'Request was throttled. Expected available in 3600 seconds.';
    expect({ status, body }).toMatchObject({ status: 429, body: sentence(path, kept) });
    expect(headers['retry-after']).toBe('3600');
  });

  it.each(cases)('$name, to $path, gets the kept text of a 503 when Plant.id is down', async ({ client, path }) => {
    under = apiUnderTest({
      config: { mode: 'production' },
      service: {
        identify: async () => {
          throw new IdentificationError('providers_resting', 'The circuit is open.', {
            provider: 'plant_id',
            retryAfterMs: 30_000,
          });
        },
      },
    });
    const { body, headers, status } = await identify(client, path);
    const kept = 'Plant.id service is temporarily unavailable. Please try again in a few moments.';
    expect({ status, body }).toMatchObject({ status: 503, body: sentence(path, kept, 'error') });
    expect(headers['retry-after']).toBe('30');
  });
});

describe('image_url', () => {
  const other = (name: string): Client => ({
    ...flutter,
    fields: [[[`content-disposition: form-data; name="${name}"`], 'https://storage.example/plants/4F2A.jpg']],
  });

  it.each(PATHS)('is ignored at %s; a field that those clients never sent is refused', async (path) => {
    under = apiUnderTest({ config: { mode: 'production' } });
    expect((await identify(other('image_url'), path)).status).toBe(200);
    const named = expect.stringContaining('image_urls') as string;
    expect(await identify(other('image_urls'), path)).toMatchObject({
      status: 400,
      body: sentence(path, named, 'error'),
    });
  });

  it.each(REGISTER)('is refused at %s', async (path) => {
    under = apiUnderTest();
    const body = {
      email: 'carla@example.org',
      password: 'correct horse battery',
      image_url: 'https://storage.example/',
    };
    const { body: answer, status } = await send(
      path,
      { 'Content-Type': 'application/json' },
      Buffer.from(JSON.stringify(body)),
    );
    expect({ status, answer: JSON.stringify(answer) }).toEqual({
      status: 400,
      answer: expect.stringContaining('image_url') as string,
    });
  });
});

describe('the React page in a browser', () => {
  it.each([...PATHS, ...REGISTER])('may send its X-CSRFToken to %s from another origin', async (path) => {
    const asked = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-csrftoken' };
    const { headers, status } = await send(path, { ...react.headers, ...asked }, Buffer.alloc(0), 'OPTIONS');
    expect({ status, origin: headers['access-control-allow-origin'] }).toEqual({
      status: 204,
      origin: 'https://partner.example',
    });
    expect(headers['access-control-allow-headers']?.toLowerCase().split(', ')).toContain('x-csrftoken');
  });

  const person = { email: 'rosa@example.org', password: 'correct horse battery' };
  const registrations: [what: string, body: object, name: string | undefined][] = [
    [
      'a user name and both names',
      { ...person, username: 'rosa', first_name: 'Rosa', last_name: ' Canina' },
      'Rosa Canina',
    ],
    ['a user name alone', { ...person, username: 'rosa', first_name: '' }, undefined],
    ['the name in one field', { ...person, name: 'Rosa', first_name: 'R.' }, 'Rosa'],
  ];
  const sent = registrations.flatMap(([what, body, name]) => REGISTER.map((path) => ({ what, path, body, name })));

  it.each(sent)('creates an account at $path with $what', async ({ body, name, path }) => {
    const registered: unknown[] = [];
    under = apiUnderTest({
      auth: {
        accounts: {
          async register(account) {
            registered.push(account);
            return { userId: 'new', email: account.email, role: 'user', tier: 'free' };
          },
        },
      },
    });
    const headers = { ...react.headers, 'Content-Type': 'application/json', 'X-Request-ID': crypto.randomUUID() };
    expect((await send(path, headers, Buffer.from(JSON.stringify(body)))).status).toBe(201);
    expect(registered).toEqual([{ ...person, ...(name !== undefined && { name }) }]);
  });

  it.each(REGISTER)('creates no account at %s with a first or last name that is no text', async (path) => {
    under = apiUnderTest();
    for (const names of [{ first_name: 5 }, { first_name: 'Rosa', last_name: null }, { last_name: ['Canina'] }]) {
      const headers = { ...react.headers, 'Content-Type': 'application/json' };
      const refused = await send(path, headers, Buffer.from(JSON.stringify({ ...person, ...names })));
      expect({ names, status: refused.status }).toEqual({ names, status: 400 });
    }
  });

  it.each(['login', 'logout', 'csrf'])('finds no sign-in with cookies at /api/v1/auth/%s/', async (name) => {
    const { body, status } = await send(`/api/v1/auth/${name}/`, react.headers, Buffer.alloc(0));
    expect({ status, body }).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

it.each(['/api/v1', '/api'])('a monitor reads circuit_state at the top of the health under %s', async (base) => {
  const { api } = apiUnderTest();
  const url = `http://localhost:3000${base}/plant-identification/identify/health/`;
  expect(await (await api.rest(new Request(url))).json()).toMatchObject({ circuit_state: 'closed' });
});

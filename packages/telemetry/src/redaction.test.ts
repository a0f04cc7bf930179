import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './logger.ts';
import { readableDestination } from './readable-log.ts';

const SECRET = 'hush9f3Q';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJodXNoOWYzUSJ9.aHVzaDlmM1E';
/** Encrypted with a key that both sides know, so that the second part is empty. */
const JWE = `eyJhbGciOiJkaXIifQ..aXY.${SECRET}.${SECRET}`;
/** 76 characters of base64. */
const BASE64_LINE = `${SECRET}${'4AAQSkZJRgABAQ+/9j8'.repeat(4)}`.slice(0, 76);

const json = (value: unknown) => JSON.stringify(value);

/** Texts with a secret: what it is, the text, the part that no line may have. */
const TEXTS: readonly [what: string, text: string, secret?: string][] = [
  ['a bearer token', `got Bearer ${SECRET}-_.~ instead`],
  ['an Authorization header', `authorization: Basic ${SECRET}==`],
  ['a Proxy-Authorization header', `Proxy-Authorization: ${SECRET}`],
  ['an access token in JSON', `{"access_token":"${SECRET}","n":1}`],
  ['a JSON Web Token without a name', `the token was ${JWT}, which is over`, 'eyJ'],
  ['an encrypted JSON Web Token', `the token was ${JWE}, which is over`],
  ['a JSON Web Token with five parts', `the token was ${JWT}.${SECRET}.${SECRET}`],
  ['a refresh token in a form', `grant_type=refresh_token&refresh_token=${SECRET}`],
  ['a refresh token in JSON inside of JSON', String.raw`{\"refresh_token\":\"${SECRET}\"}`],
  ['a token in JSON in JSON in JSON', json({ body: json({ body: json({ token: SECRET, n: 1 }) }) })],
  ['a password with a quote in JSON in JSON', json({ body: json({ body: json({ password: `a"b\\${SECRET}` }) }) })],
  ['tokens in a list', `{ token: ['x', '${SECRET}'], n: 1 }`],
  ['tokens in a list of JSON', json({ tokens: ['x', SECRET] })],
  ['tokens in a list in JSON in JSON', json({ body: json({ tokens: ['x', `"]${SECRET}`] }) })],
  ['a token in an object', `{"token":{"type":"bearer","value":"${SECRET}"}}`],
  ['tokens in a nested list', `token: [['${SECRET}']]`],
  ['tokens in a list without quotes', `tokens=[x, ${SECRET}]`],
  ['cookies in a list', `'set-cookie': [ 'a=1; Path=/', '${SECRET}=1' ], n: 1`],
  ['an Authorization header in a list', `authorization: ['Basic ${SECRET}']`],
  ['headers in JSON in JSON', json({ body: json({ authorization: `Basic ${SECRET}`, cookie: `a=${SECRET}; b=1` }) })],
  ['a place in JSON in JSON in JSON', json({ body: json({ body: json({ lat: '50.1109221' }) }) }), '1109221'],
  ['credentials', `credential=${SECRET} credentials: ${SECRET} X-Amz-Credential=${SECRET}`],
  ['a private key', `private_key=${SECRET} privateKey: '${SECRET}' private-key: ${SECRET}`],
  ['the token of a reset link', `https://plants.example/reset?user=1&reset_token=${SECRET}#top`],
  ['the code of an OAuth sign-in', `/api/auth/callback/github?code=${SECRET}&state=${SECRET}`],
  ['a cookie header', `Cookie: a=1; __Host-plantcommunity.session=${SECRET}; b=${SECRET}`],
  ['a Set-Cookie header', `set-cookie: plantcommunity.session=${SECRET}; Path=/`],
  ['a session cookie without its header', `__Host-plantcommunity.session=${SECRET}`],
  ["Pl@ntNet's key in a URL", `https://my-api.plantnet.org/v2/identify/all?lang=en&api-key=${SECRET}&x=1`],
  ['a key in an encoded URL', `?next=%2Fv2%3Fapi-key%3D${SECRET}`],
  ["Plant.id's key in a header", `{ 'Api-Key': '${SECRET}', 'Content-Type': 'application/json' }`],
  ['a key in a variable', `PLANT_ID_API_KEY=${SECRET} METRICS_TOKEN=${SECRET} AUTH_SECRETS=${SECRET}`],
  ['a password in a database URL', `postgresql://plants:${SECRET}@db.example:5432/plants`],
  ['a database password with a slash and an @', `connect to postgres://plants:a/b@${SECRET}@db.example/plants failed`],
  ['a password in a Redis URL', `rediss://default:${SECRET}@cache.example:6379/0`],
  ['a password without a user', `redis://:${SECRET}@cache.example`],
  ['a password in the URL of a proxy', `http://user:${SECRET}@proxy.example:3128`],
  ['a password in a query', `postgres://db.example/plants?user=x&sslpassword=${SECRET}`],
  ['a password in a sentence', `newPassword: ${SECRET}`],
  ['a photo as a data URL', `{"images":["data:image/jpeg;base64,/9j/${SECRET}AAQSkZJRg=="]}`],
  ['a photo in base64', `/9j/${SECRET}${'4AAQSkZJRgABAQ+/'.repeat(20)}==`],
  ['a photo in base64 in JSON that escapes slashes', `"\\/9j\\/${SECRET}${'4AAQSkZJRg+\\/'.repeat(30)}"`],
  ['a photo in base64 in a form', `image=%2F9j%2F${SECRET}${'4AAQSkZJRg%2B%2f'.repeat(30)}%3D`],
  ['a photo in base64 in lines', `photo:\r\n${`${BASE64_LINE}\r\n`.repeat(3)}${SECRET}==`],
  ['a photo in base64 in lines in JSON', json({ photo: `${`${BASE64_LINE}\r\n`.repeat(3)}${SECRET}==` })],
  ['coordinates in a query', '?latitude=50.1109221&longitude=8.1109221', '1109221'],
  ['coordinates in JSON', '{"lat": 50.1109221, "lon":"-8.1109221"}', '1109221'],
];

/** Fields with a secret value. */
const FIELDS: readonly [what: string, field: Record<string, unknown>, secret?: string][] = [
  ['a key', { apiKey: SECRET, 'Api-Key': SECRET, plantIdApiKey: SECRET }],
  ['a token', { token: SECRET, accessToken: SECRET, refresh_token: SECRET, tokens: [SECRET] }],
  ['a header', { Authorization: SECRET, 'proxy-authorization': SECRET, cookie: SECRET, 'Set-Cookie': [SECRET] }],
  ['a password', { password: SECRET, newPassword: SECRET, AUTH_SECRETS: SECRET }],
  ['a list', { token: [SECRET], tokens: [[SECRET]] }],
  ['a credential', { credential: SECRET, credentials: { user: SECRET }, private_key: SECRET, privateKey: SECRET }],
  ['JSON in JSON', { body: json({ body: json({ token: SECRET }) }) }],
  ['a value with toJSON', { request: { toJSON: () => ({ token: SECRET, url: `/?api-key=${SECRET}` }) } }],
  ['an inherited toJSON', { request: Object.create({ toJSON: () => `token=${SECRET}` }) as object }],
  ['a toJSON in a list', { requests: [{ toJSON: () => ({ toJSON: () => `token=${SECRET}` }) }] }],
  ['a date with a toJSON of its own', { at: Object.assign(new Date(0), { toJSON: () => `token=${SECRET}` }) }],
  ['a function with toJSON', { call: Object.assign(() => 1, { toJSON: () => `token=${SECRET}` }) }],
  ['a toJSON beside it', { toJSON: () => ({ token: SECRET }) }],
  ['a URL', { url: new URL(`https://plants.example/?api-key=${SECRET}`) }],
  ['bytes', { photo: Buffer.from(SECRET) }, '104,117,115,104'],
  ['bytes of another kind', { photo: new Uint8Array(Buffer.from(SECRET)), raw: new ArrayBuffer(8) }, '104'],
  ['bytes that were JSON', { photo: Buffer.from(SECRET).toJSON() }, '104'],
  ['coordinates', { latitude: 50.1109221, lng: 8.1109221, gps: { lat: 50.1109221 } }, '1109221'],
  ['a name', { [`Bearer ${SECRET}`]: 1 }],
];

/** Every way to log a text. */
const PLACES: Readonly<Record<string, (logger: Logger, text: string) => void>> = {
  message: (logger, text) => logger.info(text),
  'argument of the message': (logger, text) => logger.info('GET %s', text),
  'object in the message': (logger, text) => logger.info('GET %j', { of: [text] }),
  field: (logger, text) => logger.info({ text }, 'x'),
  'nested field': (logger, text) => logger.info({ calls: [{ request: { text } }] }, 'x'),
  'name of a field': (logger, text) => logger.info({ [text]: 1 }, 'x'),
  error: (logger, text) => logger.error(new Error(text)),
  'error in a field without a message': (logger, text) => logger.error({ err: new Error(text) }),
  'error with an undefined message': (logger, text) => logger.error(new Error(text), undefined),
  'error beside a message': (logger, text) => logger.error({ err: new Error(text) }, 'x'),
  'error under another name': (logger, text) => logger.error({ reason: new Error(text) }, 'x'),
  'cause of an error': (logger, text) => logger.error({ err: new Error('x', { cause: new Error(text) }) }),
  'error in a group': (logger, text) => logger.error(new AggregateError([new Error(text)], 'x')),
  'property of an error': (logger, text) => logger.error(Object.assign(new Error('x'), { request: { text } })),
  'stack of an error': (logger, text) => logger.error(Object.assign(new Error('x'), { stack: `Error: ${text}` })),
  'child logger': (logger, text) => logger.child({ text }).info('x'),
  'child of a child': (logger, text) => logger.child({ a: 1 }).child({ of: { text } }).info('x'),
};

const FORMS = {
  JSON: (lines: string[]) => ({ write: (line: string) => void lines.push(line) }),
  readable: (lines: string[]) => readableDestination({ write: (line: string) => void lines.push(line) }),
};

describe.each(Object.entries(FORMS))('the %s log', (form, open) => {
  const logged = (write: (logger: Logger) => void): string => {
    const lines: string[] = [];
    write(createLogger({ level: 'info', destination: open(lines) }));
    expect(lines).toHaveLength(1);
    return lines.join('');
  };

  it.each(TEXTS)('has no trace of %s, wherever it is logged', (_what, text, secret = SECRET) => {
    const leaks = Object.entries(PLACES).filter(([, write]) =>
      logged((logger) => write(logger, text)).includes(secret),
    );
    expect(leaks.map(([place]) => place)).toEqual([]);
  });

  it.each(FIELDS)('has no trace of %s in a field', (_what, field, secret = SECRET) => {
    const error = Object.assign(new Error('x'), field);
    expect(logged((logger) => logger.info(field, 'x'))).not.toContain(secret);
    expect(logged((logger) => logger.info({ request: { headers: field } }, 'x'))).not.toContain(secret);
    expect(logged((logger) => logger.info('%j', field))).not.toContain(secret);
    expect(logged((logger) => logger.error(error))).not.toContain(secret);
    expect(logged((logger) => logger.child(field).info('x'))).not.toContain(secret);
  });

  it.each([
    '\r\n',
    '\n',
    '\r',
    '\v',
    '\f',
    '\u0085',
    '\u2028',
    '\u2029',
    '\u001B[2K\u001B[1A',
    '\u009B2J',
    '\b\b',
    '\u202E',
  ])('starts no line and commands no terminal with %j in a value', (separator) => {
    const forged = `a${separator}[AUTH] forged${separator}    at forged`;
    for (const write of Object.values(PLACES)) {
      const lines = logged((logger) => write(logger, forged)).split('\n');
      expect(lines.pop()).toBe('');
      expect(lines.join('')).not.toMatch(/[\p{Cc}\u2028\u2029\u202E]/u);
      expect(lines.filter((line) => /^\s*(?:\[AUTH\]|at) forged/.test(line))).toEqual([]);
      // An error has a block of its own in the readable form, which is indented.
      expect(lines.slice(1).filter((line) => form === 'JSON' || !line.startsWith('    '))).toEqual([]);
    }
  });
});

describe('the readable log', () => {
  it('has time, level, message and fields in one line', () => {
    const lines: string[] = [];
    const destination = readableDestination({ write: (line) => void lines.push(line) });
    createLogger({ level: 'info', destination }).child({ provider: 'plant_id' }).warn({ tries: 3 }, 'No answer');
    expect(lines).toEqual([
      expect.stringMatching(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: No answer \{"provider":"plant_id","tries":3\}\n$/),
    ]);
  });
});

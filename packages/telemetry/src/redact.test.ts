import { describe, expect, it } from 'vitest';
import { redact, redactAndCut } from './redact.ts';
import { cpuTimeOf } from './testing/cpu-time.ts';

const SECRET = 'hush9f3Q';

describe('redact', () => {
  it.each([
    [`GET https://my-api.plantnet.org/v2/identify/all?api-key=${SECRET}&lang=en`, 'lang=en'],
    [`https://my-api.plantnet.org/v2/identify/all?lang=en&api-key=${SECRET}`, 'lang=en'],
    [`?api_key=${SECRET}#x`, '#x'],
    [`api-key%3D${SECRET}`, ''],
    [`Api-Key: ${SECRET}\r\nHost: plant.id`, 'Host: plant.id'],
    [`{ 'Api-Key': '${SECRET}', 'Content-Type': 'application/json' }`, "'Content-Type': 'application/json'"],
    [`{"api_key":"${SECRET}","n":1}`, '"n":1'],
    [String.raw`{\"token\":\"${SECRET}\",\"n\":1}`, String.raw`\"n\":1`],
    [`Authorization: Bearer ${SECRET}.abc.def`, 'Authorization'],
    [`authorization: Basic ${SECRET}==`, 'authorization'],
    [`got Bearer ${SECRET}-_. instead`, 'instead'],
    [`Cookie: a=1; next-auth.session-token=${SECRET}; b=${SECRET}\nAccept: */*`, 'Accept: */*'],
    [`set-cookie: __Secure-next-auth.session-token=${SECRET}; Path=/`, 'set-cookie'],
    [`{"cookie":"sid=${SECRET}","n":1}`, '"n":1'],
    [`next-auth.session-token=${SECRET}`, 'next-auth'],
    [`redis://default:${SECRET}@cache.example:6379/0`, 'cache.example:6379/0'],
    [`refresh_token=${SECRET}`, 'refresh_token'],
    [`password: ${SECRET}`, 'password'],
    [`sent plk_${SECRET}0123456789 twice`, 'twice'],
    [`https://plants.example/?k=plk_${SECRET}&n=1`, 'n=1'],
  ])('removes the secret of %j and keeps the other text', (text, kept) => {
    const redacted = redact(text);
    expect(redacted).not.toContain(SECRET);
    expect(redacted).toContain(kept);
  });

  it('returns ordinary text unchanged', () => {
    const text = '[CIRCUIT] plant_id_api state transition: CLOSED → OPEN (fail_count=3) at https://plant.id/api/v3?x=1';
    expect(redact(text)).toBe(text);
  });

  it('keeps JSON readable as JSON', () => {
    expect(JSON.parse(redact(`{"a":{"token":"${SECRET}"},"b":[1]}`))).toEqual({ a: { token: '[redacted]' }, b: [1] });
  });

  it('keeps JSON with lists and JSON in JSON readable as JSON', () => {
    const inner = JSON.stringify({ token: `a"b\\`, n: 1 });
    const text = JSON.stringify({ tokens: ['a', 'b'], inner, password: 'x"', n: [1], credential: [] });
    expect(JSON.parse(redact(text))).toEqual({
      tokens: ['[redacted]'],
      inner: '{"token":"[redacted]","n":1}',
      password: '[redacted]',
      n: [1],
      credential: [],
    });
  });

  it.each([
    `token=${SECRET} n=1`,
    `{"token":"${SECRET}","n":1}`,
    `token: ['${SECRET}'], n: 1`,
    `Authorization: Bearer ${SECRET}, n`,
    `redis://:${SECRET}@cache.example n`,
    `/?code=${SECRET}&n=1`,
    '{"lat": 50.1109221, "n":1}',
  ])('changes nothing more in what it has redacted: %j', (text) => {
    expect(redact(redact(text))).toBe(redact(text));
  });

  it('leaves short base64 and long words in lines', () => {
    const text = `the hash is ${'a1'.repeat(32)}`;
    expect(redact(text)).toBe(text);
    expect(redact('photo-normalizer\n'.repeat(20))).toContain('photo-normalizer photo-normalizer');
  });

  it.each([
    'a.',
    'token=["',
    'token: ["a","',
    'token=[',
    'token\\',
    'token=\\',
    'token=\\"',
    'token=\\\\"',
    'token="\\',
    '\\/',
    '%2F',
    `${'a'.repeat(60)}\n`,
    'eyJa..',
    'access-',
    'token=',
    'token "',
    'cookie: ',
    'a://',
    'redis://',
    'redis://a@',
    'eyJ',
    '-eyJ',
    'eyJa.',
    'data:',
    'data:a/b;base64,',
    'a/',
    '?code=',
    'lat ',
    'lat"',
    '-1',
    '\\"',
    ' ',
  ])('takes linear time for 100 kB of %j', async (piece) => {
    const text = piece.repeat(100_000 / piece.length);
    // Quadratic time would take twenty seconds.
    expect(await cpuTimeOf(() => redact(text))).toBeLessThan(2_000);
  });

  it('returns one line', () => {
    expect(redact('first\r\n[AUTH] forged\u2028third\u0007')).toBe('first [AUTH] forged third ');
  });
});

describe('redactAndCut', () => {
  it('redacts before it cuts, so that no half of a key is left', () => {
    const url = `https://my-api.plantnet.org/v2/identify/all?api-key=${SECRET}`;
    for (let max = 0; max <= url.length; max += 1) expect(redactAndCut(url, max)).not.toContain(SECRET.slice(0, 4));
  });

  it('cuts to 100 characters by default, never inside one', () => {
    expect(redactAndCut('🌱'.repeat(150))).toBe('🌱'.repeat(100));
  });
});

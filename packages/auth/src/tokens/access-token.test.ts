import { createHmac, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { EncryptJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createSessionTokens } from '../browser-sessions.ts';
import { deriveKeys } from '../keys.ts';
import { createAccessTokens } from './access-token.ts';

const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;
const session = { userId: 'u1', epoch: 3, familyId: 'f1' };
const appUrl = new URL('https://plants.example');
const start = Date.UTC(2026, 0, 1);

type Claims = Record<string, unknown>;
type Signer = (signed: string) => Buffer;

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hmac =
  (key: Uint8Array | string, hash = 'sha256'): Signer =>
  (signed) =>
    createHmac(hash, key).update(signed).digest();
const key = (secret: string, purpose: 'access' | 'session' | 'refresh' = 'access') =>
  deriveKeys([secret], purpose)[0] ?? new Uint8Array();

function parts(token: string): { header: Claims; payload: Claims } {
  const [header = {}, payload = {}] = token
    .split('.')
    .slice(0, 2)
    .map((part): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims);
  return { header, payload };
}

/** Builds a compact JWT without the library under test. */
function compact(header: Claims, payload: Claims, signer: Signer): string {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${signer(signed).toString('base64url')}`;
}

describe('access tokens', () => {
  it('return the signed session, and have issuer, audience, subject and lifetime', async () => {
    const tokens = createAccessTokens([old], appUrl, new FakeClock(start));
    const token = await tokens.sign(session);
    expect(await tokens.verify(token)).toEqual(session);
    expect(parts(token)).toEqual({
      header: { alg: 'HS256', typ: 'at+jwt', kid: expect.stringMatching(/^[\w-]{11}$/) as string },
      payload: {
        iss: 'https://plants.example',
        aud: 'https://plants.example/api',
        sub: 'u1',
        sid: 'f1',
        epoch: 3,
        typ: 'access',
        jti: expect.stringMatching(/^[\da-f-]{36}$/) as string,
        iat: start / 1_000,
        nbf: start / 1_000,
        exp: start / 1_000 + 3_600,
      },
    });
    expect(parts(await tokens.sign(session)).payload['jti']).not.toBe(parts(token).payload['jti']);
  });

  it('are valid for 3600 s and 60 s of clock skew, and not a millisecond longer', async () => {
    const clock = new FakeClock(start);
    const tokens = createAccessTokens([old], appUrl, clock);
    const token = await tokens.sign(session);
    clock.advance(3_659_999);
    expect(await tokens.verify(token)).toEqual(session);
    clock.advance(1);
    expect(await tokens.verify(token)).toBeUndefined();
    clock.advance(1_000);
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('are accepted from an instance whose clock is at most 60 s ahead', async () => {
    const clock = new FakeClock(start);
    const tokens = createAccessTokens([old], appUrl, clock);
    const token = await tokens.sign(session);
    clock.stepWallClock(-60_000);
    expect(await tokens.verify(token)).toEqual(session);
    clock.stepWallClock(-1);
    expect(await tokens.verify(token)).toBeUndefined();
  });

  it('survive the rotation of the secret until the old secret is removed', async () => {
    const clock = new FakeClock(start);
    const before = createAccessTokens([old], appUrl, clock);
    const during = createAccessTokens([fresh, old], appUrl, clock);
    const after = createAccessTokens([fresh], appUrl, clock);
    const [signedBefore, signedDuring] = await Promise.all([before.sign(session), during.sign(session)]);

    expect(await during.verify(signedBefore)).toEqual(session);
    expect(await after.verify(signedBefore)).toBeUndefined();
    expect(await after.verify(signedDuring)).toEqual(session);
    expect(await before.verify(signedDuring)).toBeUndefined();
    expect(parts(signedBefore).header['kid']).not.toBe(parts(signedDuring).header['kid']);
  });

  it('require a secret', () => {
    expect(() => createAccessTokens([], appUrl, new FakeClock())).toThrow(RangeError);
  });
});

describe('an access token', () => {
  const clock = new FakeClock(start);
  const tokens = createAccessTokens([old], appUrl, clock);
  const now = start / 1_000;
  const ours = hmac(key(old));
  const signed = (header: Claims, payload: Claims = {}, signer = ours) =>
    tokens.sign(session).then((token) => {
      const real = parts(token);
      return compact({ ...real.header, ...header }, { ...real.payload, ...payload }, signer);
    });
  const without = async (part: 'header' | 'payload', name: string) => {
    const real = parts(await tokens.sign(session));
    delete real[part][name];
    return compact(real.header, real.payload, ours);
  };

  it('is accepted when the test builds it like the code', async () => {
    expect(await tokens.verify(await signed({}))).toEqual(session);
  });

  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const jwk = { kty: 'oct', k: Buffer.from('a key of the attacker, 32 bytes.').toString('base64url') };
  const theirs = hmac('a key of the attacker, 32 bytes.');
  const unsigned: Signer = () => Buffer.alloc(0);

  it.each<[string, Claims, Signer]>([
    ['none', { alg: 'none' }, unsigned],
    ['None', { alg: 'None' }, unsigned],
    ['none, signed with our key', { alg: 'none' }, ours],
    ['none, of no key', { alg: 'none', kid: undefined }, unsigned],
    ['HS256, unsigned', {}, unsigned],
    [
      'RS256, signed with a key of theirs',
      { alg: 'RS256' },
      (text) => signWith('sha256', Buffer.from(text), privateKey),
    ],
    ['RS256, signed with our secret', { alg: 'RS256' }, ours],
    ['HS256, signed with a public key', {}, hmac(pem)],
    ['HS384, signed with our key', { alg: 'HS384' }, hmac(key(old), 'sha384')],
    ['HS512, signed with our key', { alg: 'HS512' }, hmac(key(old), 'sha512')],
    ['hs256', { alg: 'hs256' }, ours],
    ['a list', { alg: ['HS256'] }, ours],
    ['HS256, with a key that it brings', { jwk }, theirs],
    ['HS256, with a key that it points to', { jku: 'https://evil.example/keys', x5u: 'https://evil.example' }, theirs],
  ])('is refused with the algorithm %s', async (_what, header, signer) => {
    expect(await tokens.verify(await signed(header, {}, signer))).toBeUndefined();
  });

  it.each<[string, Claims]>([
    ['no key', { kid: undefined }],
    ['an unknown key', { kid: 'AAAAAAAAAAA' }],
    ['a file as key', { kid: '../../dev/null' }],
    ['a key id that is not text', { kid: ['x'] }],
    ['a session', { typ: 'JWT' }],
    ['no media type', { typ: undefined }],
    ['an extension that we do not know', { crit: ['plants'], plants: true }],
    ['a payload that is not encoded', { crit: ['b64'], b64: false }],
  ])('is refused with a header of %s', async (_what, header) => {
    expect(await tokens.verify(await signed(header))).toBeUndefined();
  });

  it.each<[string, Claims]>([
    ['another audience', { aud: 'https://other.example/api' }],
    ['the issuer as audience', { aud: 'https://plants.example' }],
    ['no audience in the list', { aud: [] }],
    ['another issuer', { iss: 'https://evil.example' }],
    ['another scheme of the issuer', { iss: 'http://plants.example' }],
    ['another use', { typ: 'refresh' }],
    ['several uses', { typ: ['access'] }],
    ['an end 61 s ago', { exp: now - 61 }],
    ['an end 60 s ago', { exp: now - 60 }],
    ['an end in words', { exp: 'never' }],
    ['a start in 61 s', { nbf: now + 61 }],
    ['no user', { sub: '' }],
    ['a user id that is not text', { sub: { not: null } }],
    ['no sign-in', { sid: '' }],
    ['an invalid session epoch', { epoch: '3' }],
    ['a negative session epoch', { epoch: -1 }],
  ])('is refused with %s, though its signature is valid', async (_what, payload) => {
    expect(await tokens.verify(await signed({}, payload))).toBeUndefined();
  });

  it.each(['iss', 'aud', 'sub', 'sid', 'epoch', 'typ', 'jti', 'iat', 'nbf', 'exp'])(
    'is refused without %s',
    async (name) => {
      expect(await tokens.verify(await without('payload', name))).toBeUndefined();
    },
  );

  it.each<[string, Claims]>([
    ['user', { sub: 'u2' }],
    ['end', { exp: now + 1_000_000 }],
    ['session epoch', { epoch: 4 }],
    ['sign-in', { sid: 'f2' }],
  ])('is refused with another %s under its old signature', async (_what, payload) => {
    const token = await tokens.sign(session);
    const [header = '', , signature = ''] = token.split('.');
    const changed = `${header}.${base64url({ ...parts(token).payload, ...payload })}.${signature}`;
    expect(await tokens.verify(changed)).toBeUndefined();
  });

  it('is refused when any of its characters is changed', async () => {
    const token = await tokens.sign(session);
    // The last two bits of the last character do not belong to the signature.
    const indexes = Array.from({ length: token.length - 1 }, (_, n) => n);
    const accepted = [];
    for (const n of indexes) {
      const changed = `${token.slice(0, n)}${token[n] === 'A' ? 'B' : 'A'}${token.slice(n + 1)}`;
      if (await tokens.verify(changed)) accepted.push(n);
    }
    expect(accepted).toEqual([]);
  });

  it.each(['session', 'refresh'] as const)('is refused when it is signed with the %s key', async (purpose) => {
    expect(await tokens.verify(await signed({}, {}, hmac(key(old, purpose))))).toBeUndefined();
    expect(await tokens.verify(await signed({}, {}, hmac(old)))).toBeUndefined();
  });

  it('is refused when it is a session token or encrypted', async () => {
    const sessionToken = await createSessionTokens([old], clock).encrypt({
      ...session,
      sessionId: 's1',
      expiresAt: clock.now() + 3_600_000,
    });
    expect(await tokens.verify(sessionToken)).toBeUndefined();
    const encrypted = await new EncryptJWT(parts(await tokens.sign(session)).payload)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', typ: 'at+jwt' })
      .encrypt(key(old));
    expect(await tokens.verify(encrypted)).toBeUndefined();
  });

  it.each(['', '.', '..', '...', 'a', 'a.b', 'a.b.c', 'a.b.c.d', 'e30.e30.', 'bnVsbA.bnVsbA.'])(
    'is refused when it is %j',
    async (text) => expect(await tokens.verify(text)).toBeUndefined(),
  );

  it('is refused unread when it is longer than 2048 characters', async () => {
    expect((await tokens.sign({ ...session, userId: 'u'.repeat(36), familyId: 'f'.repeat(36) })).length).toBeLessThan(
      600,
    );
    expect(await tokens.verify(await signed({ more: 'x'.repeat(2_000) }))).toBeUndefined();
    expect(await tokens.verify('a.'.repeat(5_000_000))).toBeUndefined();
  });
});

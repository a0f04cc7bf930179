import { FakeClock } from '@plantcommunity/resilience/testing';
import { EncryptJWT, jwtDecrypt, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createSessionTokens } from './browser-sessions.ts';
import { deriveKeys } from './keys.ts';

const [old, fresh] = ['old secret of at least 32 bytes..', 'new secret of at least 32 bytes..'] as const;

describe('session tokens', () => {
  const clock = new FakeClock();
  const tokens = createSessionTokens([old], clock);
  const sessionFor60s = (now: number) => ({ userId: 'u1', epoch: 3, sessionId: 's1', expiresAt: now + 60_000 });
  const session = sessionFor60s(clock.now());

  it('return the encrypted session, and have a header without user data', async () => {
    const token = await tokens.encrypt(session);
    expect(await tokens.decrypt(token)).toEqual(session);
    expect(token.split('.')[0]).toBe(Buffer.from('{"alg":"dir","enc":"A256GCM","typ":"JWT"}').toString('base64url'));
  });

  it('have a new id every time', async () => {
    const [key = new Uint8Array()] = deriveKeys([old], 'session');
    const idOf = async (token: string) =>
      (await jwtDecrypt(token, key, { currentDate: new Date(clock.now()) })).payload.jti;
    const ids = [await idOf(await tokens.encrypt(session)), await idOf(await tokens.encrypt(session))];
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('expire with their session', async () => {
    const token = await tokens.encrypt(session);
    clock.advance(59_000);
    expect(await tokens.decrypt(token)).toEqual(session);
    clock.advance(1_000);
    expect(await tokens.decrypt(token)).toBeUndefined();
  });

  it('survive the rotation of the secret until the old secret is removed', async () => {
    const later = sessionFor60s(clock.now());
    const before = await tokens.encrypt(later);
    const during = createSessionTokens([fresh, old], clock);
    const after = createSessionTokens([fresh], clock);
    const encryptedDuring = await during.encrypt(later);

    expect(await during.decrypt(before)).toEqual(later);
    expect(await after.decrypt(encryptedDuring)).toEqual(later);
    expect(await after.decrypt(before)).toBeUndefined();
    expect(await tokens.decrypt(encryptedDuring)).toBeUndefined();
  });

  it('are rejected when they are forged or made for another purpose', async () => {
    const [key = new Uint8Array()] = deriveKeys([old], 'session');
    const [otherKey = new Uint8Array()] = deriveKeys([old], 'csrf');
    const claims = (jwt: EncryptJWT) => jwt.setSubject('u1').setIssuedAt().setExpirationTime(Date.now());
    const header = { alg: 'dir', enc: 'A256GCM' };
    const token = await tokens.encrypt(sessionFor60s(clock.now()));
    const forged = {
      empty: '',
      text: 'no token',
      'changed at its end': `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`,
      'of another purpose': await claims(new EncryptJWT({ epoch: 3, sid: 's1' }))
        .setProtectedHeader(header)
        .encrypt(otherKey),
      'without a session': await claims(new EncryptJWT({})).setProtectedHeader(header).encrypt(key),
      'without an id': await claims(new EncryptJWT({ epoch: 3 }))
        .setProtectedHeader(header)
        .encrypt(key),
      'without an end': await new EncryptJWT({ epoch: 3, sid: 's1' })
        .setSubject('u1')
        .setIssuedAt()
        .setProtectedHeader(header)
        .encrypt(key),
      'of another cipher': await claims(new EncryptJWT({ epoch: 3, sid: 's1' }))
        .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM' })
        .encrypt(key),
      'signed with the key': await new SignJWT({ epoch: 3, sub: 'u1' }).setProtectedHeader({ alg: 'HS256' }).sign(key),
      unsecured: new UnsecuredJWT({ epoch: 3, sub: 'u1' }).encode(),
    };
    const accepted = [];
    for (const [what, value] of Object.entries(forged)) if (await tokens.decrypt(value)) accepted.push(what);
    expect(accepted).toEqual([]);
  });

  it('require a secret', () => expect(() => createSessionTokens([], clock)).toThrow(RangeError));
});

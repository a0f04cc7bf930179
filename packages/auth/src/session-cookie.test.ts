import { describe, expect, it } from 'vitest';
import { cookiesFor, readSessionCookie, sessionCookieSet } from './session-cookie.ts';

describe('cookiesFor', () => {
  it('binds every cookie to host and https when the app uses https', () => {
    for (const cookie of Object.values(cookiesFor(new URL('https://plants.example')))) {
      expect(cookie.name).toMatch(/^__Host-/);
      expect(cookie).toMatchObject({ options: { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } });
    }
  });

  it('uses names that browsers accept over plain http', () => {
    for (const cookie of Object.values(cookiesFor(new URL('http://localhost:3000')))) {
      expect(cookie.name).toMatch(/^plantcommunity\./);
      expect(cookie).toMatchObject({ options: { httpOnly: true, secure: false, sameSite: 'lax', path: '/' } });
    }
  });
});

describe('sessionCookieSet', () => {
  it.each([
    [[], undefined],
    [['other=1; Path=/', 'session=x', 'ss=y'], undefined],
    [['other=1', 's=abc; Path=/; HttpOnly'], 'abc'],
    [['s=; Max-Age=0; Path=/'], ''],
    [['s.0=; Max-Age=0', 's.1=; Max-Age=0'], ''],
    [['s=; Max-Age=0', 's.0=ab; Path=/', 's.1=c; Path=/'], 'abc'],
    [['s.0=; Max-Age=0', 's=abc; Path=/'], 'abc'],
  ])('after the lines %j returns %j', (lines, value) => expect(sessionCookieSet(lines, 's')).toBe(value));
});

describe('readSessionCookie', () => {
  it.each([
    [null, undefined],
    ['', undefined],
    ['other=1', undefined],
    ['s=', undefined],
    ['s=abc', 'abc'],
    [' a=1;  s=abc ; b=2', 'abc'],
    ['s=first; s=second', 'first'],
    ['session=x; xs=y', undefined],
    ['s.1=c; other=1; s.0=ab; s.2=d', 'abcd'],
    ['s.1=late', undefined],
    ['s.0=a; s.2=c', 'a'],
    ['s=whole; s.0=a', 'whole'],
    ['s', undefined],
    ['=s', undefined],
  ])('in the header %j returns %j', (header, value) => expect(readSessionCookie(header, 's')).toBe(value));

  it('reads a bounded number of pieces', () => {
    const header = Array.from({ length: 100 }, (_, n) => `s.${n}=x`).join('; ');
    expect(readSessionCookie(header, 's')).toHaveLength(8);
  });
});

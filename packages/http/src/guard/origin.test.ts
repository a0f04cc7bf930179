import { describe, expect, it } from 'vitest';
import { credentialHeaders, type OriginRules, requestRefusal } from './origin.ts';

const rules: OriginRules = {
  appUrl: new URL('http://localhost:3000'),
  allowedHosts: ['localhost', '127.0.0.1'],
  trustedOrigins: ['https://partner.example'],
};

const post = (headers: Record<string, string>, method = 'POST') =>
  new Request('http://localhost:3000/api/anything', { method, headers: { Cookie: 'session=anna', ...headers } });

describe('requestRefusal and credentialHeaders tell senders apart:', () => {
  const SAME = { 'Sec-Fetch-Site': 'same-origin' };

  it.each([
    ['our own page', SAME, undefined, true],
    ['an address typed by a person', { 'Sec-Fetch-Site': 'none' }, undefined, true],
    ['our own page, in a browser that sends only Origin', { Origin: 'http://localhost:3000' }, undefined, true],
    [
      'our page under another of our hosts',
      { Host: '127.0.0.1:3000', Origin: 'http://127.0.0.1:3000' },
      undefined,
      true,
    ],
    [
      'our page under our host with a final dot',
      { Host: 'localhost.:3000', Origin: 'http://localhost.:3000' },
      undefined,
      true,
    ],
    ['a foreign page with a final dot', { Origin: 'https://evil.example.' }, 'foreign_origin', false],
    ['a trusted page', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://partner.example' }, undefined, true],
    ['a foreign page', { Origin: 'https://evil.example' }, 'foreign_origin', false],
    ['a page of another port', { Origin: 'http://localhost:3001' }, 'foreign_origin', false],
    ['our host over another scheme', { Origin: 'https://localhost:3000' }, 'foreign_origin', false],
    ['a sandboxed page', { Origin: 'null' }, 'foreign_origin', false],
    ['a cross-site request that hides its origin', { 'Sec-Fetch-Site': 'cross-site' }, 'foreign_origin', false],
    ['a sibling site', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://sub.localhost:3000' }, 'foreign_origin', false],
    ['a program', {}, undefined, false],
    ['a program with a token', { Authorization: 'Bearer abc' }, undefined, false],
    ['a token from a foreign page', { Authorization: 'Bearer abc', Origin: 'https://evil.example' }, undefined, false],
    [
      'a foreign page with another scheme of credentials',
      { Authorization: 'Basic abc', Origin: 'https://evil.example' },
      'foreign_origin',
      false,
    ],
  ] as const)('%s', (_sender, headers, code, cookiesCount) => {
    const request = post(headers);
    expect(requestRefusal(request, rules)?.code).toBe(code);
    expect(credentialHeaders(request, rules).has('cookie')).toBe(cookiesCount);
  });

  it.each(['GET', 'HEAD'])('%s of a foreign page is accepted, since browsers hide the answer from it', (method) => {
    const request = post({ Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }, method);
    expect(requestRefusal(request, rules)).toBeUndefined();
    expect(credentialHeaders(request, rules).has('cookie')).toBe(true);
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('%s of a foreign page is refused like POST', (method) => {
    expect(requestRefusal(post({ Origin: 'https://evil.example' }, method), rules)?.code).toBe('foreign_origin');
  });

  it.each([
    ['localhost', true],
    ['LOCALHOST:3000', true],
    ['127.0.0.1:80', true],
    ['localhost.', true],
    ['localhost.:3000', true],
    ['localhost..', false],
    ['evil.example', false],
    ['localhost.evil.example', false],
    ['evil.example:3000@localhost', false],
    ['', false],
  ])('host %j is accepted: %s', (host, isOurs) => {
    const request = new Request('http://localhost:3000/', { headers: { Host: host } });
    expect(requestRefusal(request, rules)?.code).toBe(isOurs ? undefined : 'unknown_host');
  });

  it('an IPv6 host is compared without its brackets', () => {
    const request = new Request('http://localhost:3000/', { headers: { Host: '[::1]:3000' } });
    expect(requestRefusal(request, { ...rules, allowedHosts: ['::1'] })).toBeUndefined();
  });
});

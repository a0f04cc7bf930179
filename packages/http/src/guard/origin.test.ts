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
    { name: 'our own page', headers: SAME, code: undefined, cookiesCount: true },
    {
      name: 'an address typed by a person',
      headers: { 'Sec-Fetch-Site': 'none' },
      code: undefined,
      cookiesCount: true,
    },
    {
      name: 'our own page, in a browser that sends only Origin',
      headers: { Origin: 'http://localhost:3000' },
      code: undefined,
      cookiesCount: true,
    },
    {
      name: 'our page under another of our hosts',
      headers: { Host: '127.0.0.1:3000', Origin: 'http://127.0.0.1:3000' },
      code: undefined,
      cookiesCount: true,
    },
    {
      name: 'our page under our host with a final dot',
      headers: { Host: 'localhost.:3000', Origin: 'http://localhost.:3000' },
      code: undefined,
      cookiesCount: true,
    },
    {
      name: 'a foreign page with a final dot',
      headers: { Origin: 'https://evil.example.' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    {
      name: 'a trusted page',
      headers: { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://partner.example' },
      code: undefined,
      cookiesCount: true,
    },
    {
      name: 'a foreign page',
      headers: { Origin: 'https://evil.example' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    {
      name: 'a page of another port',
      headers: { Origin: 'http://localhost:3001' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    {
      name: 'our host over another scheme',
      headers: { Origin: 'https://localhost:3000' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    { name: 'a sandboxed page', headers: { Origin: 'null' }, code: 'foreign_origin', cookiesCount: false },
    {
      name: 'a cross-site request that hides its origin',
      headers: { 'Sec-Fetch-Site': 'cross-site' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    {
      name: 'a sibling site',
      headers: { 'Sec-Fetch-Site': 'same-site', Origin: 'http://sub.localhost:3000' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
    { name: 'a program', headers: {}, code: undefined, cookiesCount: false },
    { name: 'a program with a token', headers: { Authorization: 'Bearer abc' }, code: undefined, cookiesCount: false },
    {
      name: 'a token from a foreign page',
      headers: { Authorization: 'Bearer abc', Origin: 'https://evil.example' },
      code: undefined,
      cookiesCount: false,
    },
    {
      name: 'a foreign page with another scheme of credentials',
      headers: { Authorization: 'Basic abc', Origin: 'https://evil.example' },
      code: 'foreign_origin',
      cookiesCount: false,
    },
  ] as const)('$name', ({ headers, code, cookiesCount }) => {
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

import { describe, expect, it } from 'vitest';
import { schemeOf } from './scheme.ts';

describe('the scheme a client used', () => {
  it.each([
    ['no proxy, whatever the client writes', 'https', 0, 'http'],
    ['a proxy that speaks https', 'https', 1, 'https'],
    ['a proxy that speaks http', 'http', 1, 'http'],
    ['in capitals', 'HTTPS', 1, 'https'],
    ['a proxy that appends to what the client wrote', 'https, http', 1, 'http'],
    ['two proxies that both append', 'http, https, http', 2, 'https'],
    ['two proxies, of which the inner hands on', 'https', 2, 'https'],
    ['a proxy that says nothing', undefined, 1, 'http'],
    ['a proxy that says something else', 'wss', 1, 'http'],
  ])('%s', (_case, forwarded, hops, scheme) => {
    expect(schemeOf(forwarded, false, hops)).toBe(scheme);
  });

  it('is https on a connection that is, unless a proxy knows better', () => {
    expect([schemeOf(undefined, true, 0), schemeOf('http', true, 0), schemeOf('http', true, 1)]).toEqual([
      'https',
      'https',
      'http',
    ]);
  });
});

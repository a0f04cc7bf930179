import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const saying = (forwarded?: string) => new Headers(forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded });

describe('the address of a client', () => {
  it.each([
    ['nothing is believed without a proxy of ours', '203.0.113.7', 0, undefined],
    ['one proxy wrote the last entry', '198.51.100.1, 203.0.113.7', 1, '203.0.113.7'],
    ['of two proxies the outer wrote the last but one', '198.51.100.1, 203.0.113.7, 10.0.0.2', 2, '203.0.113.7'],
    ['fewer entries than proxies: somebody came past one', '203.0.113.7', 2, undefined],
    ['no header', undefined, 1, undefined],
    ['an empty entry', '203.0.113.7, ', 1, undefined],
    ['an entry too long for an address', 'x'.repeat(46), 1, undefined],
    ['IPv6', '2001:db8::7', 1, '2001:db8::7'],
  ])('%s', (_case, forwarded, hops, address) => {
    expect(clientAddress(saying(forwarded), hops)).toBe(address);
  });
});

import { describe, expect, it } from 'vitest';
import { clientAddress, withPeer } from './client-address.ts';

/** A request as it comes through our own door: `peer` is the end of the connection. */
const from = (peer: string, forwarded?: string) => new Headers({ 'X-Forwarded-For': withPeer(forwarded, peer) });

describe('the address of a client', () => {
  it.each([
    ['without a proxy it is the end of the connection', from('203.0.113.7'), 0, '203.0.113.7'],
    ['whatever the client writes', from('203.0.113.7', '198.51.100.1, 198.51.100.2'), 0, '203.0.113.7'],
    ['one proxy wrote the last entry', from('10.0.0.1', '198.51.100.1, 203.0.113.7'), 1, '203.0.113.7'],
    ['of two the outer wrote the last but one', from('10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2'), 2, '203.0.113.7'],
    ['who comes past a proxy is known by the connection', from('203.0.113.7'), 1, '203.0.113.7'],
    ['and not by what it wrote', from('203.0.113.7', '198.51.100.1'), 2, '203.0.113.7'],
    ['a proxy that tells no address', from('10.0.0.1', 'unknown'), 1, undefined],
    ['an empty entry', from('10.0.0.1', '203.0.113.7, '), 1, undefined],
    ['no address at all', from('10.0.0.1', 'x'.repeat(5_000)), 1, undefined],
    [
      'a connection whose end is not known',
      new Headers({ 'X-Forwarded-For': withPeer('1.1.1.1', undefined) }),
      0,
      undefined,
    ],
    ['nobody has said anything', new Headers(), 0, undefined],
  ])('%s', (_case, headers, hops, address) => {
    expect(clientAddress(headers, hops)).toBe(address);
  });

  it.each([
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7%eth0', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:51000', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['203.0.113.7:51000', '203.0.113.7'],
    ['[2001:db8::7]:51000', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
  ])('%s is %s', (written, address) => {
    expect(clientAddress(from(written), 0)).toBe(address);
  });

  it('of a server for IPv4 and IPv6 is what its proxies would write', () => {
    expect(withPeer(undefined, '::ffff:203.0.113.7')).toBe('203.0.113.7');
    expect(withPeer('198.51.100.1', '::ffff:203.0.113.7')).toBe('198.51.100.1, 203.0.113.7');
    expect(withPeer(undefined, '2001:db8::7')).toBe('2001:db8::7');
    expect(withPeer(undefined, undefined)).toBe('unknown');
  });
});

import { describe, expect, it } from 'vitest';
import { addressKey, clientAddress, clientScheme, withPeer } from './client-address.ts';

/** Headers of a request after the guard has added `peer`, the peer of the connection. */
const from = (peer: string, forwarded?: string) => new Headers({ 'X-Forwarded-For': withPeer(forwarded, peer) });

describe('clientAddress', () => {
  it.each([
    ['the peer, without a proxy', from('203.0.113.7'), 0, '203.0.113.7'],
    ['the peer, despite forged entries', from('203.0.113.7', '198.51.100.1, 198.51.100.2'), 0, '203.0.113.7'],
    ['the last entry behind one proxy', from('10.0.0.1', '198.51.100.1, 203.0.113.7'), 1, '203.0.113.7'],
    ['the last entry but one behind two proxies', from('10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2'), 2, '203.0.113.7'],
    ['the peer, for a client that bypasses the proxy', from('203.0.113.7'), 1, '203.0.113.7'],
    ['the peer, for a client that bypasses two proxies', from('203.0.113.7', '198.51.100.1'), 2, '203.0.113.7'],
    ['undefined for a proxy that names no address', from('10.0.0.1', 'unknown'), 1, undefined],
    ['undefined for an empty entry', from('10.0.0.1', '203.0.113.7, '), 1, undefined],
    ['undefined for a long entry that is no address', from('10.0.0.1', 'x'.repeat(5_000)), 1, undefined],
    ['undefined for an unknown peer', new Headers({ 'X-Forwarded-For': withPeer('1.1.1.1', undefined) }), 0, undefined],
    ['undefined without the header', new Headers(), 0, undefined],
  ])('returns %s', (_case, headers, hops, address) => {
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
  ])('reads %s as %s', (written, address) => {
    expect(clientAddress(from(written), 0)).toBe(address);
  });
});

describe('withPeer', () => {
  it.each([
    [undefined, '::ffff:203.0.113.7', '203.0.113.7'],
    ['198.51.100.1', '::ffff:203.0.113.7', '198.51.100.1, 203.0.113.7'],
    [undefined, '2001:db8::7', '2001:db8::7'],
    [undefined, undefined, 'unknown'],
  ])('appends to %s the peer %s of a dual-stack server as a proxy would: %s', (forwarded, peer, result) => {
    expect(withPeer(forwarded, peer)).toBe(result);
  });
});

describe('addressKey', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe('clientScheme', () => {
  it.each([
    ['of the connection without a proxy, despite a forged header', 'https', 0, 'http'],
    ['of a proxy that speaks https', 'https', 1, 'https'],
    ['of a proxy that speaks http', 'http', 1, 'http'],
    ['written in capitals', 'HTTPS', 1, 'https'],
    ['of a proxy that appends to the header of the client', 'https, http', 1, 'http'],
    ['of the outer of two proxies that both append', 'http, https, http', 2, 'https'],
    ['of the outer of two proxies when the inner passes the header on', 'https', 2, 'https'],
    ['of the connection when the proxy sends no header', undefined, 1, 'http'],
    ['http for another word in the header', 'wss', 1, 'http'],
  ])('is the scheme %s', (_case, forwarded, hops, scheme) => {
    expect(clientScheme(forwarded, false, hops)).toBe(scheme);
  });

  it('is https on an encrypted connection, unless a proxy in front says http', () => {
    expect({
      withoutHeader: clientScheme(undefined, true, 0),
      withoutProxy: clientScheme('http', true, 0),
      behindProxy: clientScheme('http', true, 1),
    }).toEqual({ withoutHeader: 'https', withoutProxy: 'https', behindProxy: 'http' });
  });
});

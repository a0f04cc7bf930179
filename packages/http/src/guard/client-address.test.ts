import { describe, expect, it } from 'vitest';
import { addressKey, clientAddress, clientScheme, withPeer } from './client-address.ts';

/** Headers of a request after the guard has added `peer`, the peer of the connection. */
const from = (peer: string, forwarded?: string) => new Headers({ 'X-Forwarded-For': withPeer(forwarded, peer) });

describe('clientAddress', () => {
  it.each([
    { name: 'the peer, without a proxy', headers: from('203.0.113.7'), hops: 0, address: '203.0.113.7' },
    {
      name: 'the peer, despite forged entries',
      headers: from('203.0.113.7', '198.51.100.1, 198.51.100.2'),
      hops: 0,
      address: '203.0.113.7',
    },
    {
      name: 'the last entry behind one proxy',
      headers: from('10.0.0.1', '198.51.100.1, 203.0.113.7'),
      hops: 1,
      address: '203.0.113.7',
    },
    {
      name: 'the last entry but one behind two proxies',
      headers: from('10.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.2'),
      hops: 2,
      address: '203.0.113.7',
    },
    {
      name: 'the peer, for a client that bypasses the proxy',
      headers: from('203.0.113.7'),
      hops: 1,
      address: '203.0.113.7',
    },
    {
      name: 'the peer, for a client that bypasses two proxies',
      headers: from('203.0.113.7', '198.51.100.1'),
      hops: 2,
      address: '203.0.113.7',
    },
    {
      name: 'undefined for a proxy that names no address',
      headers: from('10.0.0.1', 'unknown'),
      hops: 1,
      address: undefined,
    },
    { name: 'undefined for an empty entry', headers: from('10.0.0.1', '203.0.113.7, '), hops: 1, address: undefined },
    {
      name: 'undefined for a long entry that is no address',
      headers: from('10.0.0.1', 'x'.repeat(5_000)),
      hops: 1,
      address: undefined,
    },
    {
      name: 'undefined for an unknown peer',
      headers: new Headers({ 'X-Forwarded-For': withPeer('1.1.1.1', undefined) }),
      hops: 0,
      address: undefined,
    },
    { name: 'undefined without the header', headers: new Headers(), hops: 0, address: undefined },
  ])('returns $name', ({ headers, hops, address }) => {
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
    { forwarded: undefined, peer: '::ffff:203.0.113.7', result: '203.0.113.7' },
    { forwarded: '198.51.100.1', peer: '::ffff:203.0.113.7', result: '198.51.100.1, 203.0.113.7' },
    { forwarded: undefined, peer: '2001:db8::7', result: '2001:db8::7' },
    { forwarded: undefined, peer: undefined, result: 'unknown' },
  ])(
    'appends to $forwarded the peer $peer of a dual-stack server as a proxy would: $result',
    ({ forwarded, peer, result }) => {
      expect(withPeer(forwarded, peer)).toBe(result);
    },
  );
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
    { name: 'of the connection without a proxy, despite a forged header', forwarded: 'https', hops: 0, scheme: 'http' },
    { name: 'of a proxy that speaks https', forwarded: 'https', hops: 1, scheme: 'https' },
    { name: 'of a proxy that speaks http', forwarded: 'http', hops: 1, scheme: 'http' },
    { name: 'written in capitals', forwarded: 'HTTPS', hops: 1, scheme: 'https' },
    { name: 'of a proxy that appends to the header of the client', forwarded: 'https, http', hops: 1, scheme: 'http' },
    { name: 'of the outer of two proxies that both append', forwarded: 'http, https, http', hops: 2, scheme: 'https' },
    {
      name: 'of the outer of two proxies when the inner passes the header on',
      forwarded: 'https',
      hops: 2,
      scheme: 'https',
    },
    { name: 'of the connection when the proxy sends no header', forwarded: undefined, hops: 1, scheme: 'http' },
    { name: 'http for another word in the header', forwarded: 'wss', hops: 1, scheme: 'http' },
  ])('is the scheme $name', ({ forwarded, hops, scheme }) => {
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

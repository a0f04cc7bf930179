import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { claimPort } from './probe.ts';

/** Of the documentation's own network (RFC 3849): no machine has it. */
const ABSENT = '2001:db8::1';
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function taken(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  open.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('the port of a start', () => {
  test('is a free one for 0', async () => {
    expect(await claimPort(['127.0.0.1'], 0)).toBeGreaterThan(0);
    expect(await claimPort(['::'], 0)).toBeGreaterThan(0);
  });

  test('is the wanted one, and is released after the check', async () => {
    const port = await claimPort(['127.0.0.1', '::1'], 0);
    expect(await claimPort(['127.0.0.1', '::1'], Number(port))).toBe(port);
    expect(await claimPort(['127.0.0.1', '::1'], Number(port))).toBe(port);
  });

  // Without IPv6 on the machine nothing can take a port of ::1.
  test.skipIf(!hasIpv6).each(['127.0.0.1', '::1'])('is refused when it is taken on %s', async (address) => {
    const port = await taken(address);
    expect(await claimPort(['127.0.0.1', '::1'], port)).toEqual({ address, code: 'EADDRINUSE' });
  });

  test('is refused for all addresses when it is taken on one of them', async () => {
    const port = await taken('127.0.0.1');
    expect(await claimPort(['::'], port)).toMatchObject({ code: 'EADDRINUSE' });
  });

  test('is claimed without an address that the machine lacks, if another address is left', async () => {
    expect(await claimPort(['127.0.0.1', ABSENT], 0)).toBeGreaterThan(0);
    expect(await claimPort([ABSENT], 0)).toEqual({ address: ABSENT, code: 'EADDRNOTAVAIL' });
  });
});

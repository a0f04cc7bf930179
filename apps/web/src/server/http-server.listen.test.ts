import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createNetServer,
  type ListenOptions,
  type Server as NetServer,
} from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serveGracefully } from './graceful-shutdown.ts';
import { listen, timeLimits } from './http-server.ts';

/** An address for documentation (RFC 3849), which no machine has. */
const ABSENT = '2001:db8::1';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const open: NetServer[] = [];
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});

/** Creates a server that answers with the client's address on the connection. */
function server(): Server {
  const created = createServer(timeLimits(75_000), (request, response) => response.end(request.socket.remoteAddress));
  open.push(created);
  return created;
}

async function listening(created: Server, addresses: readonly string[], port = 0) {
  const others = await listen(created, addresses, port);
  open.push(...others);
  return { others, port: (created.address() as AddressInfo).port };
}

async function ask(host: string, port: number): Promise<IncomingMessage & { body: string }> {
  const [answer] = (await once(get({ host, port, agent: false }), 'response')) as [IncomingMessage];
  return Object.assign(answer, { body: await text(answer) });
}

/** Occupies a port of an address and returns it. */
async function occupiedPort(host: string): Promise<number> {
  const occupant = createNetServer().listen(0, host);
  open.push(occupant);
  await once(occupant, 'listening');
  return (occupant.address() as AddressInfo).port;
}

const messageOf = (listened: Promise<unknown>) =>
  listened.then(
    () => 'listening',
    (error: unknown) => String(error),
  );

// Without IPv6 on the machine there is no `::1` to listen on.
describe.skipIf(!hasIpv6)('listen on both loopback addresses', () => {
  it('serves both on one port, with the same time limits', async () => {
    const { others, port } = await listening(server(), ['127.0.0.1', '::1']);
    expect(others).toHaveLength(1);
    for (const host of ['127.0.0.1', '::1']) {
      const answer = await ask(host, port);
      expect(answer.body).toBe(host);
    }
    const kept = await fetch(`http://[::1]:${port}`);
    expect(kept.headers.get('keep-alive')).toBe('timeout=75');
  });

  it.each(['127.0.0.1', '::1'])(
    'fails when the port is occupied on %s, and closes the other listener',
    async (host) => {
      const port = await occupiedPort(host);
      const created = server();
      expect(await messageOf(listening(created, ['127.0.0.1', '::1'], port))).toMatch(
        new RegExp(`Cannot listen on port ${port} of ${host}: .*EADDRINUSE`),
      );
      expect(created.listening).toBe(false);
    },
  );

  it('stops both listeners after the requests of both are answered', async () => {
    const clock = new FakeClock();
    const created = createServer();
    const work = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const shutdown = serveGracefully(
      created,
      (_request, response) => {
        started.resolve();
        void work.promise.then(() => response.end('done'));
      },
      clock,
    );
    const { others, port } = await listening(created, ['127.0.0.1', '::1']);
    const answer = ask('::1', port);
    await started.promise;
    let isStopped = false;
    const stopped = shutdown.stop(30_000, others).finally(() => {
      isStopped = true;
    });
    const passTime = async () => {
      for (let turn = 0; turn < 50; turn += 1) {
        clock.advance(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await passTime();
    expect({ isStopped, first: created.listening, second: others[0]?.listening }).toEqual({
      isStopped: false,
      first: false,
      second: false,
    });
    work.resolve();
    expect((await answer).body).toBe('done');
    await passTime();
    expect(await stopped).toEqual({ cutOff: 0 });
  });
});

// Without IPv6 on the machine there is no IPv6 client.
describe.skipIf(!hasIpv6)('listen on ::', () => {
  it('accepts IPv4 and IPv6 clients', async () => {
    const { others, port } = await listening(server(), ['::']);
    expect(others).toEqual([]);
    expect((await ask('127.0.0.1', port)).body).toBe('::ffff:127.0.0.1');
    expect((await ask('::1', port)).body).toBe('::1');
  });
});

describe('listen on a machine without IPv6', () => {
  it('skips an address that the machine does not have', async () => {
    const { others, port } = await listening(server(), ['127.0.0.1', ABSENT]);
    expect(others).toEqual([]);
    expect((await ask('127.0.0.1', port)).body).toBe('127.0.0.1');
    const { port: second } = await listening(server(), [ABSENT, '127.0.0.1']);
    expect((await ask('127.0.0.1', second)).body).toBe('127.0.0.1');
  });

  it.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('replaces :: by 0.0.0.0 on the error %s', async (code) => {
    const created = server();
    const realListen = created.listen.bind(created);
    vi.spyOn(created, 'listen').mockImplementation((options?: unknown) => {
      const target = options as ListenOptions;
      if (target.host !== '::') return realListen(target);
      process.nextTick(() => created.emit('error', Object.assign(new Error(code), { code })));
      return created;
    });
    const { port } = await listening(created, ['::']);
    expect(created.address()).toMatchObject({ address: '0.0.0.0' });
    expect((await ask('127.0.0.1', port)).body).toBe('127.0.0.1');
  });

  it('fails when no address is left, naming the address', async () => {
    expect(await messageOf(listening(server(), [ABSENT]))).toMatch(/of 2001:db8::1: .*EADDRNOTAVAIL/);
    expect(await messageOf(listening(server(), ['plants.invalid']))).toMatch(
      /of plants\.invalid: .*(ENOTFOUND|EAI_AGAIN)/,
    );
  });
});

import { Agent, get } from 'node:http';
import { createServer, type Server } from 'node:net';

/** Codes of an address that this machine does not have: IPv6 is off, or its loopback address is. */
const ABSENT: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);
/** Number of attempts to find a port that is free on all addresses. */
const MAX_TRIES = 20;

/** Returns the address under which a server that listens on `address` is reached from this machine. */
function reachable(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
}

/** Whether the app on an address of this machine answers that it is alive. Never rejects. */
export function isLive(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // The common agent may send requests to a proxy, because of NODE_USE_ENV_PROXY.
    const agent = new Agent();
    const options = { host: reachable(address), port, path: '/api/health/live', timeout: 5_000, agent };
    const request = get(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Address at which no port could be claimed, and the code of the error. */
export interface PortRefused {
  address: string;
  code: string;
}

/**
 * Claims the port to serve on at each of the addresses: the wanted one, or a free one when that is 0. As the app does,
 * leaves out an address that this machine does not have, if another one is left; `::` then stands for all IPv4
 * addresses.
 */
export async function claimPort(addresses: readonly string[], wanted: number): Promise<number | PortRefused> {
  for (let tries = 1; ; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one port after the other
    const claimed = await claimOnAll(addresses, wanted);
    if (typeof claimed === 'number' || wanted !== 0 || tries === MAX_TRIES) return claimed;
  }
}

async function claimOnAll(addresses: readonly string[], wanted: number): Promise<number | PortRefused> {
  const servers: Server[] = [];
  let port = wanted;
  let absent: PortRefused | undefined;
  try {
    for (const address of addresses.flatMap((each) => (each === '::' ? ['::', '0.0.0.0'] : each))) {
      if (address === '0.0.0.0' && servers.length > 0) continue;
      const server = createServer();
      // oxlint-disable-next-line no-await-in-loop -- the first one decides about the port
      const code = await listen(server, address, port);
      if (code === undefined) {
        servers.push(server);
        const bound = server.address();
        if (typeof bound === 'object' && bound !== null) port = bound.port;
      } else if (ABSENT.has(code)) absent ??= { address, code };
      else return { address, code };
    }
    return servers.length === 0 && absent !== undefined ? absent : port;
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** @returns the code of the error, if any */
function listen(server: Server, host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
    server.listen({ host, port, exclusive: true }, () => resolve(undefined));
  });
}

import { get } from 'node:http';
import { createServer, isIPv6 } from 'node:net';

/** The address under which a server on `host` is reached from this machine. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' || host === '[::]' ? '::1' : host;
}

/** A `Host` that the app serves, by its setting. */
export function servedHost(allowedHosts: string | undefined): string {
  const name = allowedHosts?.split(',')[0]?.trim() || 'localhost';
  return isIPv6(name) ? `[${name}]` : name;
}

/** Whether the app on an address of this machine answers that it is alive when it is called `servedAs`. Never rejects. */
export function isLive(host: string, port: number, servedAs: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: reachable(host), port, path: '/api/health/live', timeout: 5_000 };
    const request = get({ ...options, headers: { host: servedAs } }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/**
 * The port to serve on: the wanted one, or a free one when that is 0; undefined when something listens there already.
 */
export function claimPort(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const claimed = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(claimed));
    });
  });
}

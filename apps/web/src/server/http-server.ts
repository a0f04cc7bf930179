import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';

/** Time limits of the HTTP server in milliseconds, under the names of Node's options. */
interface TimeLimits {
  requestTimeout: number;
  headersTimeout: number;
  keepAliveTimeout: number;
}

/**
 * Returns the time limits of a connection:
 * - A whole request may take 11 minutes: an upload may take 10 while data keeps arriving, and its reader ends a stalled
 *   upload. Node's default of 5 minutes would cut long uploads.
 * - The headers of a request may take 75 seconds, which also limits a connection without any request: load balancers
 *   open connections in advance and keep them for 60.
 * - An idle connection is kept for `keepAliveMs`, longer than by the load balancer: if we closed it first, a request
 *   that is on its way would be lost, and the client would get a 502.
 */
export function timeLimits(keepAliveMs: number): TimeLimits {
  return { requestTimeout: 11 * 60_000, headersTimeout: 75_000, keepAliveTimeout: keepAliveMs };
}

/** Codes of an address that this machine does not have: IPv6 is off, or its loopback address is. */
const ABSENT: ReadonlySet<unknown> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Accepts connections for `server` on each of the addresses, all on one port. Leaves out an address that this machine
 * does not have, if another one is left; `::` then stands for all IPv4 addresses.
 * @returns the listeners beside `server`, to be closed with it
 * @throws an error whose message names the address
 */
export async function listen(server: Server, addresses: readonly string[], port: number): Promise<NetServer[]> {
  const listeners: NetServer[] = [];
  let absent: unknown;
  for (const address of addresses.flatMap((each) => (each === '::' ? ['::', '0.0.0.0'] : each))) {
    if (address === '0.0.0.0' && listeners.length > 0) continue;
    const listener = listeners.length === 0 ? server : listenerFor(server);
    const target = { host: address, port: portOf(listeners[0]) ?? port };
    try {
      listener.listen(target);
      // oxlint-disable-next-line no-await-in-loop -- the first one decides about the port
      await once(listener, 'listening');
      listeners.push(listener);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new Error(`Cannot listen on port ${target.port} of ${address}: ${reason}`, { cause });
      if (!isAbsent(cause)) {
        for (const opened of listeners) opened.close();
        throw error;
      }
      absent ??= error;
    }
  }
  if (listeners.length === 0) throw absent;
  return listeners.slice(1);
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ABSENT.has(error.code);
}

/** Creates another listener of `server`; its connections get the same options and time limits. */
function listenerFor(server: Server): NetServer {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket));
}

function portOf(listener: NetServer | undefined): number | undefined {
  const address = listener?.address();
  return typeof address === 'object' && address !== null ? address.port : undefined;
}

import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';

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
    const wanted = { host: address, port: portOf(listeners[0]) ?? port };
    try {
      listener.listen(wanted);
      // oxlint-disable-next-line no-await-in-loop -- the first one decides about the port
      await once(listener, 'listening');
      listeners.push(listener);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const error = new Error(`Cannot listen on port ${wanted.port} of ${address}: ${reason}`, { cause });
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

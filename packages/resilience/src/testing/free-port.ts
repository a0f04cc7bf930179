import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports below those that Linux gives to outgoing connections (from 32768), which could take a port before its server. */
const FIRST = 10_000;
const LAST = 31_999;

const given = new Set<number>();

/**
 * Returns a port of 127.0.0.1 and ::1 that nothing listens on, for a server that cannot choose one itself. No port is
 * returned twice by this process; tests of other processes look elsewhere, since each port is drawn at random.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    // oxlint-disable-next-line no-await-in-loop -- one port is tried after the other
    if (!given.has(port) && (await canListen(port))) {
      given.add(port);
      return port;
    }
  }
}

/** Whether a server can listen on all addresses at this port, and so on each of them. */
async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}

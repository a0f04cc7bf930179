import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { readDatabaseUrl } from '../connection/database-url.ts';

/** A TCP proxy to a database that a test can freeze (like a hanging server) or cut (like a killed one). */
export interface DatabaseProxy {
  readonly url: string;
  /** Stops forwarding in both directions; connections are still accepted, but not answered. */
  freeze(): void;
  thaw(): void;
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startDatabaseProxy(url: string): Promise<DatabaseProxy> {
  const { database, hosts, password, user } = readDatabaseUrl(url);
  const [{ host, port } = { host: 'localhost', port: 5432 }] = hosts;
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let listening = 0;

  function keep(socket: Socket, other: () => Socket): void {
    sockets.add(socket);
    socket.on('data', (chunk) => other().write(chunk));
    // The close of the other end shows the error.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other().destroy();
    });
    if (isFrozen) socket.pause();
  }

  const server = createServer((client) => {
    const upstream = host.startsWith('/') ? dial(`${host}/.s.PGSQL.${port}`) : dial(port, host);
    keep(client, () => upstream);
    keep(upstream, () => client);
  });
  const listen = async () => {
    server.listen(listening, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) listening = address.port;
  };
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  const credentials = `${encodeURIComponent(user ?? '')}:${encodeURIComponent(password ?? '')}`;
  return {
    url: `postgresql://${credentials}@127.0.0.1:${listening}/${database ?? ''}`,
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    cut,
    restore: listen,
    close: cut,
  };
}

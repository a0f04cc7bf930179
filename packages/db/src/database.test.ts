import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { DatabaseUnavailableError } from './database-error.ts';

describe('ping', () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];

  async function listen(): Promise<{ port: number; server: Server }> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return { port: (server.address() as AddressInfo).port, server };
  }

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  it('fails with the reason when nothing listens', async () => {
    const { port, server } = await listen();
    await new Promise((resolve) => server.close(resolve));
    const database = openDatabase({ url: `postgresql://ann:s3cret@127.0.0.1:${port}/plants`, poolSize: 1 });
    await expect(database.ping(2_000)).rejects.toThrow(DatabaseUnavailableError);
    await expect(database.ping(2_000)).rejects.toThrow(/: nothing is listening there\.$/);
    await database.close();
  });

  it('probes once for concurrent callers, and for callers within one second', async () => {
    const { port, server } = await listen();
    let connections = 0;
    server.on('connection', (socket) => {
      connections += 1;
      socket.destroy();
    });
    const database = openDatabase({
      url: `postgresql://ann:s3cret@127.0.0.1:${port}/plants?sslmode=disable`,
      poolSize: 5,
    });
    const pings = await Promise.allSettled(Array.from({ length: 3_900 }, () => database.ping(2_000)));
    pings.push(...(await Promise.allSettled([database.ping(2_000)])));
    expect({ connections, rejected: pings.filter(({ status }) => status === 'rejected').length }).toEqual({
      connections: 1,
      rejected: 3_901,
    });
    await database.close();
  });

  it('ends after its time limit when the server never answers', async () => {
    const { port, server } = await listen();
    server.on('connection', (socket) => sockets.push(socket));
    const database = openDatabase({ url: `postgresql://ann:s3cret@127.0.0.1:${port}/plants`, poolSize: 1 });
    const started = performance.now();
    await expect(database.ping(50)).rejects.toThrow(
      /"plants" on 127.0.0.1:\d+ is not available: it does not answer in time/,
    );
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

import { RedisServer } from '../src/testing/redis-server.ts';
import type { BenchRow } from './bench-row.ts';
import { openLoopback } from './loopback.ts';
import { welcomeVisitor } from './visitor.ts';
import { within } from './within.ts';

interface Loss {
  readonly name: string;
  readonly lose: (server: RedisServer) => Promise<void>;
  /** @returns the URL it has now */
  readonly restore: (server: RedisServer, url: string) => Promise<string>;
}

const LOSSES: readonly Loss[] = [
  {
    name: 'a request with Redis dead',
    lose: (server) => server.kill(),
    restore: async (server) => {
      await server.start();
      return openLoopback(server);
    },
  },
  {
    name: 'a request with Redis hung',
    lose: async (server) => server.hang(),
    restore: async (server, url) => {
      server.wake();
      return url;
    },
  },
];

/** The first request after the loss, of whom nobody knows yet, above one with Redis there. */
async function lostRedisRow({ name, lose, restore }: Loss): Promise<BenchRow> {
  await using server = await RedisServer.prepare();
  await server.start();
  let url = await openLoopback(server);
  const visit = async (before: () => Promise<void>): Promise<number> => {
    const visitor = await welcomeVisitor(url);
    await before();
    const ms = await visitor.request();
    await visitor.leave();
    return ms;
  };
  const floor = () => visit(async () => {});
  const ours = async (): Promise<number> => {
    const ms = await visit(() => lose(server));
    url = await restore(server, url);
    return ms;
  };
  return await within({ name, floor, ours, batches: 3, share: 0.5, limitMs: 150, aboveFloor: true });
}

export async function lostRedisRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const loss of LOSSES) rows.push(await lostRedisRow(loss));
  return rows;
}

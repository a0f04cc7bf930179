import { RedisServer } from '../src/testing/redis-server.ts';
import type { BenchRow } from './bench-row.ts';
import { openLoopback } from './loopback.ts';
import { measureWithin } from './measure-within.ts';
import { connectRequestClient } from './request-client.ts';

interface Loss {
  readonly name: string;
  readonly lose: (server: RedisServer) => Promise<void>;
  /** @returns the new URL of the server */
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

/** Measures the first request after the loss, which is the first to notice it, against one with Redis available. */
async function lostRedisRow({ name, lose, restore }: Loss): Promise<BenchRow> {
  await using server = await RedisServer.prepare();
  await server.start();
  let url = await openLoopback(server);
  const timeRequest = async (before: () => Promise<void>): Promise<number> => {
    const client = await connectRequestClient(url);
    await before();
    const ms = await client.request();
    await client.close();
    return ms;
  };
  const floor = () => timeRequest(async () => {});
  const ours = async (): Promise<number> => {
    const ms = await timeRequest(() => lose(server));
    url = await restore(server, url);
    return ms;
  };
  return await measureWithin({ name, floor, ours, batches: 3, share: 0.5, limitMs: 150, aboveFloor: true });
}

export async function lostRedisRows(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const loss of LOSSES) rows.push(await lostRedisRow(loss));
  return rows;
}

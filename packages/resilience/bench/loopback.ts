import { Redis as IORedis } from 'ioredis';
import { freePort } from '../src/testing/free-port.ts';
import type { RedisServer } from '../src/testing/redis-server.ts';

const HOST = '127.0.0.1';

/** Opens a server that runs on a unix socket over TCP too, as in production. @returns its URL */
export async function openLoopback(server: RedisServer): Promise<string> {
  const client = new IORedis(server.url.slice('unix://'.length));
  try {
    const port = await freePort();
    await client.config('SET', 'bind', HOST);
    await client.config('SET', 'port', String(port));
    return `redis://${HOST}:${port}`;
  } finally {
    client.disconnect();
  }
}

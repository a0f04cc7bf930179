import { expect, it } from 'vitest';
import { connectRedis } from './connect-redis.ts';

const NOWHERE = { url: 'unix:///nowhere/redis.sock' };

it.each([
  { timeoutMs: 0 },
  { timeoutMs: Number.POSITIVE_INFINITY },
  { timeoutMs: Number.NaN },
  { timeoutMs: 100, readyWaitMs: -1 },
  { timeoutMs: 100, readyWaitMs: 3e9 },
])('a connection with %j cannot be', async (options) => {
  await expect(connectRedis(NOWHERE, options)).rejects.toBeInstanceOf(RangeError);
});

it('a connection to nowhere can be, and closes', async () => {
  const connection = await connectRedis(NOWHERE, { timeoutMs: 1, readyWaitMs: 0 });
  expect(connection.isReady()).toBe(false);
  await connection.close();
});

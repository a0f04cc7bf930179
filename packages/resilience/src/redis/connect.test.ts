import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectRedis } from './connect.ts';

const run = promisify(execFile);
const NOWHERE = { url: 'unix:///nowhere/redis.sock' };

describe('connectRedis', () => {
  it.each([
    { timeoutMs: 0 },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { timeoutMs: Number.NaN },
    { connectTimeoutMs: 0 },
    { timeoutMs: 100, readyWaitMs: -1 },
    { timeoutMs: 100, readyWaitMs: 3e9 },
  ])('refuses %j', async (options) => {
    await expect(connectRedis(NOWHERE, options)).rejects.toBeInstanceOf(RangeError);
  });

  it('resolves without a Redis, and its connection closes', async () => {
    const connection = await connectRedis(NOWHERE, { timeoutMs: 1, readyWaitMs: 0 });
    expect(connection.isReady()).toBe(false);
    await connection.close();
  });

  it('keeps an otherwise idle process alive until it resolves', async () => {
    const index = new URL('../index.ts', import.meta.url).href;
    const program = `
      import { connectRedis } from '${index}';
      const redis = await connectRedis({ restUrl: 'http://127.0.0.1:1', token: 'token' }, { readyWaitMs: 50 });
      console.log(redis.isReady());
      await redis.close();
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('false\n');
  });
});

import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createOwnerId } from './owner-id.ts';

const MODULE = new URL('owner-id.ts', import.meta.url).href;

async function idsOfThread(): Promise<string[]> {
  const code = `import(${JSON.stringify(MODULE)}).then(({ createOwnerId }) =>
    require('node:worker_threads').parentPort.postMessage([createOwnerId('test'), createOwnerId('test')]))`;
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  new Worker(code, { eval: true }).once('message', resolve).once('error', reject);
  return promise;
}

it('the ids of two threads of a process differ, and keep the form prefix-hostname-pid-n', async () => {
  const ids = [createOwnerId('test'), ...(await idsOfThread()), ...(await idsOfThread())];
  expect(new Set(ids).size).toBe(5);
  const start = `test-${hostname()}-${process.pid}-`;
  expect(ids.filter((id) => !id.startsWith(start) || !/^\d+$/.test(id.slice(start.length)))).toEqual([]);
});

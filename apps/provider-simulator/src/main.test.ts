import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

function start(env: Record<string, string>): ChildProcess {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  return spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], PORT: '0', ...env }, stdio: 'pipe' });
}

async function urlOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  expect(line.toString()).toMatch(/^\{"listening":"http:\/\/127\.0\.0\.1:\d+"\}\n$/);
  return line.toString().slice('{"listening":"'.length, -'"}\n'.length);
}

/** Starting a process may be slow on a busy machine. */
const patient = { timeout: 30_000 };

test('the simulator prints its address, serves, and ends on SIGTERM', patient, async () => {
  const child = start({});
  const url = await urlOf(child);
  expect((await fetch(`${url}/v2/_status`)).status).toBe(200);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

test('the simulator ends when the launcher at the other end of its pipe ends', patient, async () => {
  const child = start({ PLANT_LAUNCHER_PIPE: '1' });
  await urlOf(child);
  const ended = once(child, 'exit');
  child.stdin?.end();
  expect(await ended).toEqual([0, null]);
});

test('the simulator does not start in production', patient, async () => {
  const child = start({ APP_ENV: 'production' });
  expect(await once(child, 'exit')).toEqual([1, null]);
});

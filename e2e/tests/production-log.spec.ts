import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, startProduction } from '../fixtures/production.ts';
import { OWN_PAGE, requestSender, signIn } from '../fixtures/send-request.ts';
import { startServices } from '../fixtures/services.ts';
import { test } from '../fixtures/with-services.ts';

const IDENTIFY = '/api/v1/plant-identification/identify';
const PRINTING = new URL('../fixtures/print-everything.ts', import.meta.url);

interface Entry {
  level: string;
  time: string;
  msg: string;
  requestId?: string;
}

/** Returns the entry of a line, or the line itself when it is none. */
function entryOf(line: string): Entry | string {
  try {
    const { level, time, msg, ...others } = JSON.parse(line) as Entry;
    return typeof level === 'string' && Date.parse(time) > 0 && typeof msg === 'string'
      ? { level, time, msg, ...others }
      : line;
  } catch {
    return line;
  }
}

test('in production every line is a log entry, through failures of everything around the app', async ({
  simulator,
}) => {
  test.setTimeout(120_000);
  const services = await startServices();
  const pidPath = join(tmpdir(), `printing-${process.pid}.pid`);
  const app = await startProduction(
    { services, simulator },
    { NODE_OPTIONS: `--import=${PRINTING.href}`, PRINTING_PID_PATH: pidPath, REDIS_TIMEOUT_MS: '500' },
  );
  const ask = requestSender(app.url);
  const logged = (text: string) => expect.poll(() => app.output()).toContain(text);
  try {
    const cookies = await signIn(ask, ADMIN);
    const identify = async (seed: number): Promise<number> => {
      const form = new Response(await formWith(plantPhoto(seed)));
      const { status } = await ask(IDENTIFY, {
        method: 'POST',
        headers: { ...OWN_PAGE, Cookie: cookies, 'Content-Type': form.headers.get('content-type') ?? '' },
        body: new Uint8Array(await form.arrayBuffer()),
      });
      return status;
    };
    expect(await identify(71)).toBe(200);
    await simulator.fault({ provider: 'plant_id', status: 500 });
    expect(await identify(72)).toBe(200);
    await logged('call FAILED - http_500');

    process.kill(Number(await readFile(pidPath, 'utf8')), 'SIGUSR2');
    await logged('rejected without a handler');
    await services.stopRedis();
    await logged('Redis lost');
    expect(await identify(73)).toBe(200);
    await services.stopDatabase();
    expect(await identify(74)).toBe(503);
    await logged('Database unavailable');
  } finally {
    await simulator.clear();
    await app.stop();
    await services.stop();
  }
  const entries = app.output().split('\n').map(entryOf);
  expect(entries.filter((entry) => typeof entry === 'string')).toEqual([]);

  const all = entries.filter((entry) => typeof entry === 'object');
  const printed = [
    'an old way to print',
    'printed to stdout',
    'in two lines',
    'printed to stderr',
    'Shutdown complete',
  ];
  expect(printed.filter((text) => !all.some(({ msg }) => msg === text))).toEqual([]);

  // These lines belong to no request: a start, the state of connections and circuits, what a signal made the app print.
  const ofProcess =
    /^(?:\[CIRCUIT\] Initialized|\[LOCK\] Redis (?:connection|not) |Redis |Database |Shut|Plant ID|Ready in|PostgreSQL|Providers|Photos|Admin|Password|an old|printed|in two|[Uu]nhandled|Running next|\[METRICS\]|\[JOB\]|\[QUOTA\] Use of the day)/;
  expect(all.filter(({ msg, requestId }) => requestId === undefined && !ofProcess.test(msg))).toEqual([]);
  expect(all.filter(({ msg, requestId }) => requestId !== undefined && ofProcess.test(msg))).toEqual([]);
});

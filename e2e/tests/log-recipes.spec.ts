import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { type App, startApp } from '../fixtures/app.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN, startProduction } from '../fixtures/production.ts';
import { OWN_PAGE, requestSender, signIn } from '../fixtures/send-request.ts';
import type { Services } from '../fixtures/services.ts';
import type { Simulator } from '../fixtures/simulator.ts';
import { test } from '../fixtures/with-services.ts';

const run = promisify(execFile);
const IDENTIFY = '/api/v1/plant-identification/identify';

/** Commands that operators of the replaced system run on `app.log`. */
const RECIPES = {
  transitions: "grep -F '[CIRCUIT]' app.log | grep 'state transition' | tail -20",
  preventedStampedes: "grep -cF '[LOCK] Cache populated by another process' app.log",
  meanLockWait: `grep -oE 'Lock acquired for [^ ]+ after [0-9]+' app.log | awk '{s+=$NF;n++} END {print s/n "ms average"}'`,
  slowestAnswers: "grep -oE 'identification successful in [0-9.]+' app.log | awk '{print $NF}' | sort -n | tail",
};

type Parts = { services: Services; simulator: Simulator };

/** Starts an app whose log has one form. */
const FORMS: Readonly<Record<string, (parts: Parts) => Promise<App>>> = {
  development: ({ services, simulator }) =>
    startApp({
      ...simulator.settings,
      ...services.settings,
      ...services.emptyRedis(),
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
    }),
  production: (parts) => startProduction(parts, parts.services.emptyRedis()),
};

for (const [form, start] of Object.entries(FORMS)) {
  test(`the searches of operators work on the log of ${form}`, async ({ services, simulator }) => {
    test.setTimeout(120_000);
    const app = await start({ services, simulator });
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    try {
      const ask = requestSender(app.url);
      const cookies = await signIn(ask, ADMIN);
      const identify = async (seed: number) => {
        const encoded = new Response(await formWith(plantPhoto(seed)));
        const headers = { ...OWN_PAGE, Cookie: cookies, 'Content-Type': encoded.headers.get('content-type') ?? '' };
        const body = new Uint8Array(await encoded.arrayBuffer());
        return (await ask(IDENTIFY, { method: 'POST', headers, body })).status;
      };
      await simulator.fault({ provider: 'plant_id', latencyMs: 1_000 });
      const drill = await Promise.all(Array.from({ length: 10 }, () => identify(8_001)));
      expect(new Set(drill)).toEqual(new Set([200]));
      await simulator.clear();
      await simulator.fault({ provider: 'plant_id', status: 500 });
      for (const seed of [8_002, 8_003, 8_004]) await identify(seed);

      await writeFile(join(folder, 'app.log'), `${app.output()}\n`);
      const find = async (recipe: keyof typeof RECIPES) =>
        (await run('sh', ['-c', RECIPES[recipe]], { cwd: folder })).stdout.trimEnd();
      expect(await find('transitions')).toContain('plant_id_api state transition: CLOSED → OPEN (fail_count=3)');
      expect(await find('preventedStampedes')).toBe('9');
      expect(await find('meanLockWait')).toMatch(/^[\d.]+ms average$/);
      const [slowest = '', ...others] = (await find('slowestAnswers')).split('\n');
      expect(Number(slowest)).toBeGreaterThanOrEqual(1);
      expect(others).toEqual([]);
    } finally {
      await simulator.clear();
      await app.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

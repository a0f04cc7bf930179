import { randomUUID } from 'node:crypto';
import { expect } from '@playwright/test';
import { registerPerson, tokenOf } from '../fixtures/accounts.ts';
import { type App, startApp } from '../fixtures/app.ts';
import { execute } from '../fixtures/database.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { SECRET } from '../fixtures/production.ts';
import type { Services } from '../fixtures/services.ts';
import { test } from '../fixtures/with-services.ts';

const PATH = '/api/v1/plant-identification';

/** Waits until a request with a key runs. */
async function keyIsTaken({ settings }: Services): Promise<void> {
  await expect.poll(() => execute(settings.DATABASE_URL, 'SELECT 1 FROM "IdempotencyKey"')).toBe(1);
}

test('a request whose connection was lost is repeated with its Idempotency-Key, on another instance and after a restart', async ({
  services,
  simulator,
}) => {
  test.setTimeout(240_000);
  // Tokens are valid on both instances: these share their secret and their public address.
  const shared = { AUTH_SECRETS: SECRET, APP_URL: 'http://localhost:3000' };
  const settings = { ...services.settings, ...services.emptyRedis(), ...simulator.settings, ...shared };
  const apps = await Promise.all([startApp(settings), startApp(settings)]);
  const [first, second] = apps;
  try {
    const token = await tokenOf(first, await registerPerson(first, 'idempotency'));
    const authorization = { Authorization: `Bearer ${token}` };
    const key = randomUUID();
    const photo = plantPhoto(7_700);
    const send = async ({ url }: App, init: RequestInit = {}) => {
      const headers = { ...authorization, 'Idempotency-Key': key };
      return fetch(`${url}${PATH}/identify`, { method: 'POST', body: await formWith(photo), headers, ...init });
    };
    const callsBefore = await simulator.calls();
    const newCalls = async () => {
      const { plant_id: plantId, plantnet } = await simulator.calls();
      return { plant_id: plantId - callsBefore.plant_id, plantnet: plantnet - callsBefore.plantnet };
    };

    simulator.freeze();
    const leaving = new AbortController();
    const lost = send(first, { signal: leaving.signal }).catch((error: unknown) => error);
    await keyIsTaken(services);
    leaving.abort();
    expect(await lost).toBeInstanceOf(DOMException);

    const running = await send(second);
    expect({ status: running.status, body: (await running.json()) as unknown }).toMatchObject({
      status: 409,
      body: { code: 'idempotency_running' },
    });

    simulator.thaw();
    const replays: { remaining: string | null; body: unknown }[] = [];
    const replay = async (app: App) => {
      const answer = await send(app);
      const body: unknown = await answer.json();
      if (answer.headers.get('idempotent-replayed') === 'true') {
        replays.push({ remaining: answer.headers.get('x-ratelimit-remaining'), body });
      }
      return answer.status;
    };
    await expect.poll(() => replay(second)).toBe(200);

    await first.stop();
    const restarted = await startApp(settings);
    apps.push(restarted);
    expect(await replay(restarted)).toBe(200);
    // One call counts: the first one. Replays and the repetition while it ran are refunded.
    expect(replays).toEqual([replays[0], replays[0]]);
    expect(replays[0]).toMatchObject({ remaining: '99', body: { success: true, cached: false } });

    const other = await send(restarted, { body: await formWith(plantPhoto(7_701)) });
    expect({ status: other.status, body: (await other.json()) as unknown }).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    expect(await newCalls()).toEqual({ plant_id: 1, plantnet: 1 });
    const history = await fetch(`${restarted.url}${PATH}/identifications`, { headers: authorization });
    expect(((await history.json()) as { items: unknown[] }).items).toHaveLength(1);
  } finally {
    simulator.thaw();
    await Promise.all(apps.map((app) => app.stop()));
  }
});

import { readMetrics } from '@plantcommunity/telemetry/testing';
import { startApp } from '../fixtures/app.ts';
import { expect } from '../fixtures/development.ts';
import { formWith, plantPhoto } from '../fixtures/photos.ts';
import { ADMIN } from '../fixtures/production.ts';
import { type Answer, OWN_PAGE, requestSender, signIn } from '../fixtures/send-request.ts';
import { startServices } from '../fixtures/services.ts';
import { test } from '../fixtures/with-services.ts';

const IDENTIFY = '/api/v1/plant-identification/identify';
/** Twice the time limit of an answer. */
const BOUND_MS = 10_000;

test('serves cached answers, pages and health while the database hangs, refuses the rest in time, and recovers', async ({
  simulator,
}) => {
  test.setTimeout(180_000);
  const services = await startServices();
  const app = await startApp({
    ...simulator.settings,
    ...services.settings,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  });
  const ask = requestSender(app.url);
  const identify = async (cookies: string, seed: number): Promise<Answer> => {
    const form = new Response(await formWith(plantPhoto(seed)));
    return ask(IDENTIFY, {
      method: 'POST',
      headers: { ...OWN_PAGE, Cookie: cookies, 'Content-Type': form.headers.get('content-type') ?? '' },
      body: new Uint8Array(await form.arrayBuffer()),
    });
  };
  const isDatabaseUp = async () => readMetrics((await ask('/api/metrics')).body).value('plantcommunity_database_up');
  const linesWith = (text: string) => app.output().split(text).length - 1;
  try {
    const cookies = await signIn(ask, ADMIN);
    const first = await identify(cookies, 61);
    expect(first.status).toBe(200);
    expect(JSON.parse(first.body)).toMatchObject({ cached: false, id: expect.any(String) });

    services.freezeDatabase();
    const began = performance.now();
    const [known, unknown, me] = await Promise.all([
      identify(cookies, 61),
      identify(cookies, 62),
      ask('/api/v1/auth/me', { headers: { Cookie: cookies } }),
    ]);
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    const body: unknown = JSON.parse(known.body);
    expect(known.status).toBe(200);
    expect(body).toMatchObject({ cached: true, filed: false });
    expect(body).not.toHaveProperty('id');
    for (const refused of [unknown, me]) {
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
      expect(refused.headers['content-type']).toBe('application/problem+json');
    }
    expect((await ask('/api/health/ready')).status).toBe(503);
    expect((await ask('/api/health/live')).status).toBe(200);
    const health = await ask(`${IDENTIFY}/health`);
    expect({ status: health.status, body: JSON.parse(health.body) as unknown }).toMatchObject({
      status: 503,
      body: { status: 'unhealthy', services: { database: { available: false }, redis: { available: true } } },
    });
    expect(await isDatabaseUp()).toBe(0);

    const soon = performance.now();
    await expect(signIn(ask, ADMIN)).rejects.toThrow('503');
    const registering = await ask('/api/v1/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'cora@plants.example', password: 'correct horse of cora' }),
    });
    expect(registering).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    // The HTML of the server, without scripts.
    const pages = {
      '/': 'Show us a plant',
      '/identify': 'Account not available',
      '/history': 'open your herbarium',
      '/account': 'open your account',
      '/admin': 'open this page',
      '/login': 'Sign in',
      '/register': 'Make an account',
    };
    for (const [path, text] of Object.entries(pages)) {
      const page = await ask(path, { headers: { Cookie: cookies } });
      expect(page.status, path).toBe(200);
      expect(page.body, path).toContain(text);
    }
    expect((await ask('/', {})).body).toContain('Sign in');
    expect(performance.now() - soon).toBeLessThan(BOUND_MS);

    services.thawDatabase();
    await expect.poll(async () => (await ask('/api/health/ready')).status, { timeout: BOUND_MS }).toBe(200);
    expect(await isDatabaseUp()).toBe(1);
    const again = await identify(cookies, 61);
    expect(again.status).toBe(200);
    expect(JSON.parse(again.body)).toMatchObject({ cached: true, id: expect.any(String) });
    expect((await ask('/history', { headers: { Cookie: cookies } })).body).toContain('Your herbarium');
    expect({
      unavailable: linesWith('Database unavailable; retrying'),
      available: linesWith('Database available again'),
    }).toEqual({ unavailable: 1, available: 1 });
  } finally {
    await app.stop();
    await services.stop();
  }
});

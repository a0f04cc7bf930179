import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  ApiError,
  type Credentials,
  createPlantClient,
  memoryTokenStore,
  type PlantClientOptions,
} from '@plantcommunity/client';
import type { Page } from '@playwright/test';
import { startSession } from '../fixtures/accounts.ts';
import { expect } from '../fixtures/development.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { OTHER_ORIGIN, test } from '../fixtures/production.ts';

const HOUR = 3_600_000;
const blobOf = async (photo: ReturnType<typeof plantPhoto>) => {
  const { buffer, mimeType } = await photo;
  return new Blob([new Uint8Array(buffer)], { type: mimeType });
};

/** Registers a person and signs a client in. */
async function signedIn(name: string, options: PlantClientOptions) {
  const client = createPlantClient(options);
  const credentials = { email: `${name}@plants.example`, password: `the password of ${name}` };
  const account = await client.register(credentials);
  await client.signIn(credentials);
  return { account, client, credentials };
}

test('a mobile app registers, identifies, reads and deletes its history, refreshes and signs out', async ({ app }) => {
  let later = 0;
  const tokens = memoryTokenStore();
  const options = { baseUrl: app.url, tokens, environment: { now: () => Date.now() + later } };
  const { account, client } = await signedIn('mobile', options);
  expect(await client.me()).toMatchObject({ id: account.id, email: 'mobile@plants.example', tier: 'free' });

  const [leaf, flower] = await Promise.all([blobOf(plantPhoto(71)), blobOf(plantPhoto(72))]);
  const answer = await client.identify({
    photos: [
      { photo: leaf, organ: 'leaf' },
      { photo: flower, organ: 'flower' },
    ],
    diseases: false,
    language: 'de-DE',
  });
  expect(answer).toMatchObject({ success: true, is_plant: true, partial: false });
  const id = answer.id ?? '';

  const history = [];
  for await (const item of client.history()) history.push(item);
  expect(history).toEqual([expect.objectContaining({ id, is_plant: true, scientific_name: answer.scientific_name })]);
  await expect.poll(async () => (await client.identification(id)).photos).toBe(2);
  const photo = await client.photo(id, 2);
  expect(photo.type).toBe('image/jpeg');
  expect(photo.size).toBeGreaterThan(1_000);

  // An hour later two clients of one device refresh at the same time.
  const signInTokens = await tokens.load();
  later = HOUR;
  const other = createPlantClient(options);
  await Promise.all([client.me(), other.me(), client.me(), other.me()]);
  const refreshed = await tokens.load();
  expect(refreshed?.refreshToken).not.toBe(signInTokens?.refreshToken);
  later = 2 * HOUR;
  await Promise.all([client.me(), other.me()]);

  await client.deleteIdentification(id);
  const gone: unknown = await client.identification(id).catch((error: unknown) => error);
  expect(gone).toBeInstanceOf(ApiError);
  expect(gone).toMatchObject({ status: 404, code: 'not_found' });

  const last = await tokens.load();
  await client.signOut();
  const thief = memoryTokenStore();
  if (last) await thief.save(last);
  const replay = createPlantClient({ ...options, tokens: thief });
  await expect(replay.me()).rejects.toMatchObject({ status: 401, code: 'invalid_token' });
  await expect(client.me()).rejects.toMatchObject({ status: 401, code: 'authentication_required' });
});

test('a photo whose answers are lost is identified and counted once', async ({ app }) => {
  let lost = 0;
  const fetchAndLose: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!new URL(answer.url).pathname.endsWith('/identify') || lost === 2) return answer;
    lost += 1;
    throw new TypeError('fetch failed');
  };
  const { client } = await signedIn('tunnel', { baseUrl: app.url, environment: { fetch: fetchAndLose } });
  const before = await client.me();
  const photo = await blobOf(plantPhoto(73));
  const answer = await client.identify({ photos: [photo] });
  const history = [];
  for await (const item of client.history()) history.push(item.id);
  const after = await client.me();
  expect({ lost, history, counted: before.usage.remaining - after.usage.remaining }).toEqual({
    lost: 2,
    history: [answer.id],
    counted: 1,
  });
});

test.describe('in a page', () => {
  const sources = fileURLToPath(new URL('../../packages/client/', import.meta.url));
  let built: string;
  test.beforeAll(async () => {
    // Compiling takes as long as starting an app on a busy machine.
    test.setTimeout(180_000);
    built = await mkdtemp(join(tmpdir(), 'client-'));
    await promisify(execFile)(process.execPath, [join(sources, 'scripts/build.ts'), built]);
  });
  test.afterAll(() => rm(built, { recursive: true, force: true }));

  /** Opens a page of the origin that can load the client. */
  async function open(page: Page, origin: string): Promise<void> {
    await page.route(`${origin}/client/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.replace('/client/', '');
      if (name === 'page') return route.fulfill({ contentType: 'text/html', body: PAGE });
      const path = name === 'openapi-fetch.js' ? join(sources, 'node_modules/openapi-fetch/dist/index.mjs') : undefined;
      const body = await readFile(path ?? join(built, 'module', name), 'utf8');
      return route.fulfill({ contentType: 'text/javascript', body });
    });
    await page.goto(`${origin}/client/page`);
  }

  /**
   * Identifies a photo of at least `bytes` bytes in the page, signed in if there are credentials; returns what the caller
   * sees of it.
   */
  async function identify(
    page: Page,
    baseUrl: string,
    photo: { seed: number; bytes: number },
    credentials?: Credentials,
  ) {
    const { buffer } = await plantPhoto(photo.seed);
    const upload = page.waitForRequest((request) => request.url().endsWith('/plant-identification/identify'));
    const seen = await page.evaluate(
      async ({ entry, jpeg, padding, url, person }) => {
        const { createPlantClient: create } = (await import(entry)) as typeof import('@plantcommunity/client');
        const plants = create({ baseUrl: url });
        if (person !== undefined) await plants.signIn(person);
        const reported: { sent: number; total: number }[] = [];
        // What follows the end of a JPEG is no part of it.
        const blob = new Blob([new Uint8Array(jpeg), new Uint8Array(padding)], { type: 'image/jpeg' });
        const onUpload = (sent: number, total: number) => reported.push({ sent, total });
        const { success, code } = await plants.identify({ photos: [blob] }, { onUpload }).then(
          (answer) => ({ success: answer.success, code: undefined }),
          (error: { code?: string }) => ({ success: false, code: error.code }),
        );
        return { success, code, reported };
      },
      {
        entry: '/client/index.js',
        jpeg: [...buffer],
        padding: Math.max(0, photo.bytes - buffer.length),
        url: baseUrl,
        person: credentials,
      },
    );
    const { authorization, cookie } = await (await upload).allHeaders();
    return { ...seen, cookie, isSignedIn: authorization !== undefined };
  }

  test('of another origin, the client uploads with XMLHttpRequest, which reports progress', async ({ app, page }) => {
    const { credentials } = await signedIn('other-origin', { baseUrl: app.url });
    // Chromium asks people before a page of the internet, for which it takes this one, reaches their own machine.
    await page.context().grantPermissions(['local-network-access']);
    await open(page, OTHER_ORIGIN);
    // Two megabytes leave in several steps.
    const seen = await identify(page, app.url, { seed: 74, bytes: 2_000_000 }, credentials);
    const { total } = seen.reported.at(-1) ?? { total: 0 };
    expect(total).toBeGreaterThan(2_000_000);
    expect(seen.reported.length).toBeGreaterThan(1);
    expect(seen.reported.at(-1)).toEqual({ sent: total, total });
    expect(seen).toMatchObject({ success: true, cookie: undefined, isSignedIn: true });
  });

  test("of the server's own origin, the client sends no cookies", async ({ app, page }) => {
    const { credentials } = await signedIn('own-origin', { baseUrl: app.url });
    await startSession(page, app, credentials);
    await open(page, app.url);
    const photo = { seed: 75, bytes: 0 };
    expect(await page.context().cookies(app.url)).not.toEqual([]);

    expect(await identify(page, app.url, photo)).toMatchObject({
      code: 'authentication_required',
      cookie: undefined,
      isSignedIn: false,
    });
    const { reported, ...seen } = await identify(page, app.url, photo, credentials);
    expect(seen).toEqual({ success: true, cookie: undefined, isSignedIn: true });
    expect(reported).toEqual([{ sent: reported[0]?.total, total: reported[0]?.total }]);
  });
});

const PAGE = `<!doctype html><title>App</title>
<script type="importmap">{ "imports": { "openapi-fetch": "/client/openapi-fetch.js" } }</script>`;

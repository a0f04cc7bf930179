import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ApiError, createPlantClient, memoryTokenStore, type PlantClientOptions } from '@plantcommunity/client';
import { expect } from '../fixtures/development.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/production.ts';

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

test('a page of another app uploads with XMLHttpRequest, which reports progress', async ({ app, page }) => {
  const { client, credentials } = await signedIn('page', { baseUrl: app.url });
  await client.signOut();
  const sources = fileURLToPath(new URL('../../packages/client/', import.meta.url));
  const built = await mkdtemp(join(tmpdir(), 'client-'));
  try {
    await promisify(execFile)(process.execPath, [join(sources, 'scripts/build.ts'), built]);
    await page.route('**/client/**', async (route) => {
      const { pathname } = new URL(route.request().url());
      const name = pathname.replace('/client/', '');
      if (name === 'page') return route.fulfill({ contentType: 'text/html', body: PAGE });
      const path = name === 'openapi-fetch.js' ? join(sources, 'node_modules/openapi-fetch/dist/index.mjs') : undefined;
      const body = await readFile(path ?? join(built, 'module', name), 'utf8');
      return route.fulfill({ contentType: 'text/javascript', body });
    });
    await page.goto(`${app.url}/client/page`);
    const bytes = [...(await plantPhoto(74)).buffer];
    const seen = await page.evaluate(
      async ({ entry, sent, ...person }) => {
        const { createPlantClient: create } = (await import(entry)) as typeof import('@plantcommunity/client');
        const plants = create({ baseUrl: location.origin });
        await plants.signIn(person);
        const reported: number[] = [];
        const blob = new Blob([new Uint8Array(sent)], { type: 'image/jpeg' });
        const { success } = await plants.identify({ photos: [blob] }, { onUpload: (upload) => reported.push(upload) });
        return { success, sent: reported.at(-1) ?? 0, reports: reported.length };
      },
      { entry: '/client/index.js', sent: bytes, ...credentials },
    );
    expect(seen).toEqual({ success: true, sent: expect.any(Number), reports: expect.any(Number) });
    expect(seen.sent).toBeGreaterThan(bytes.length);
    expect(seen.reports).toBeGreaterThan(0);
  } finally {
    await rm(built, { recursive: true, force: true });
  }
});

const PAGE = `<!doctype html><title>App</title>
<script type="importmap">{ "imports": { "openapi-fetch": "/client/openapi-fetch.js" } }</script>`;

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from '@playwright/test';
import { fromBufferPromise } from 'yauzl';
import { expectAccessible } from '../fixtures/accessible.ts';
import { registerPerson, startSession, tokenOf } from '../fixtures/accounts.ts';
import type { App } from '../fixtures/app.ts';
import { takeScreenshots } from '../fixtures/identify-page.ts';
import { plantPhoto } from '../fixtures/photos.ts';
import { test } from '../fixtures/production.ts';

const API = '/api/v1/plant-identification';

/** Returns the files of a ZIP by their names. @throws when it is not whole */
async function filesOf(zip: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const opened = await fromBufferPromise(zip, { lazyEntries: true, strictFileNames: true });
  for await (const entry of opened.eachEntry()) {
    files.set(entry.fileName, await buffer(await opened.openReadStreamPromise(entry)));
  }
  return files;
}

/** Identifies photos, and returns the id of the identification. */
async function identify({ url }: App, headers: Record<string, string>, seeds: readonly number[]): Promise<string> {
  const body = new FormData();
  for (const seed of seeds) {
    const { buffer: bytes, mimeType, name } = await plantPhoto(seed);
    body.append('image', new Blob([new Uint8Array(bytes)], { type: mimeType }), name);
  }
  const identified = await fetch(`${url}${API}/identify`, { method: 'POST', headers, body });
  return ((await identified.json()) as { id: string }).id;
}

/** Returns the paths of all stored photos. */
async function photosOf({ dataDir }: App): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'photos'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.name.endsWith('.jpg')).map(({ name, parentPath }) => join(parentPath, name));
}

test('the herbarium saves everything as a ZIP that has the photos and names them', async ({ app, page }) => {
  const person = await registerPerson(app, 'exporter');
  const headers = { Authorization: `Bearer ${await tokenOf(app, person)}` };
  await startSession(page, app, person);
  await page.goto(`${app.url}/history`);
  const link = page.getByRole('link', { name: 'Export everything (ZIP)' });
  await expect(link).toHaveCount(0);

  const id = await identify(app, headers, [611, 612]);
  const photo = await fetch(`${app.url}${API}/identifications/${id}/photos/2`, { headers });

  await page.reload();
  await expectAccessible(page);
  await takeScreenshots(page, 'history-export');
  const downloading = page.waitForEvent('download');
  await link.click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^identifications-\d{4}-\d\d-\d\d\.zip$/);
  const files = await filesOf(await readFile(await download.path()));
  const [first = '', second = '', json = '', ...others] = files.keys();
  expect(others).toEqual([]);
  expect([first, second, json]).toEqual([
    expect.stringMatching(new RegExp(`^photos/\\d{4}-\\d\\d-\\d\\d-${id}-1\\.jpg$`)),
    expect.stringMatching(new RegExp(`^photos/\\d{4}-\\d\\d-\\d\\d-${id}-2\\.jpg$`)),
    'identifications.json',
  ]);
  expect(files.get(second)?.equals(Buffer.from(await photo.arrayBuffer()))).toBe(true);
  const exported = JSON.parse(String(files.get(json))) as { identifications: object[] };
  expect(exported.identifications).toEqual([expect.objectContaining({ id, photos: 2, files: [first, second] })]);

  const inJson = await fetch(`${app.url}${API}/identifications/export.json`, { headers });
  expect(await inJson.json()).toEqual({
    exported_at: expect.any(String),
    identifications: [expect.objectContaining({ id, photos: 2 })],
  });
});

test('an export that cannot go on breaks the connection, and the log says so', async ({ app }) => {
  const headers = { Authorization: `Bearer ${await tokenOf(app, await registerPerson(app, 'broken-export'))}` };
  const before = await photosOf(app);
  await identify(app, headers, [621]);
  const [photo = '', ...others] = (await photosOf(app)).filter((path) => !before.includes(path));
  expect(others).toEqual([]);
  await identify(app, headers, [622]);
  // A folder in its place cannot be read; a missing file would be left out.
  await rm(photo);
  await mkdir(photo);

  const answer = await fetch(`${app.url}${API}/identifications/export.zip`, { headers });
  expect(answer.status).toBe(200);
  await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
  await expect.poll(() => app.output()).toContain('An answer broke off');
  await rm(photo, { recursive: true });
});

import { randomUUID } from 'node:crypto';
import { openBucket, openPhotoFiles, type TestBucket } from '@plantcommunity/identification/testing/photo-places';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Container } from './container.ts';
import { pngOfShade } from './testing/png.ts';
import { type Simulator, startInstance, startSimulator, stopInstance } from './testing/wired-instance.ts';

const ORIGIN = 'http://localhost:3000/api/v1';

let simulator: Simulator;
let bucket: TestBucket;
let instance: Container;
let authorization: string;

/** Starts an instance that keeps its photos in a bucket, and registers a user. */
beforeEach(async () => {
  simulator = await startSimulator();
  bucket = await openBucket();
  const { credentials, endpoint, prefix } = bucket.place;
  instance = await startInstance(simulator, process.env['TEST_REDIS_URL'] ?? '', {
    PLANT_ID_API_KEY: 'some-key',
    PLANTNET_API_KEY: 'some-key',
    PHOTO_STORE: `s3://${bucket.place.bucket}/${prefix}`,
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const { identification, photo } = instance.database.client;
  await identification.deleteMany();
  await photo.deleteMany();
  const person = { email: `${randomUUID()}@example.org`, password: 'correct horse battery' };
  await instance.auth.accounts.register(person);
  const tokens = await instance.auth.tokens.issue(person);
  authorization = typeof tokens === 'object' ? `Bearer ${tokens.accessToken}` : '';
});
afterEach(async () => {
  await stopInstance(instance);
  simulator.stop();
  await bucket.close();
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return instance.api.rest(new Request(ORIGIN + path, { ...init, headers: { Authorization: authorization } }));
}

/** Identifies a photo. Returns the path of the identification, once its photo is stored. */
async function identify(shade: number): Promise<string> {
  const form = new FormData();
  form.append('image', new Blob([pngOfShade(shade)], { type: 'image/png' }), 'leaf.png');
  const answer = await ask('/plant-identification/identify', { method: 'POST', body: form });
  const { id } = (await answer.json()) as { id: string };
  const path = `/plant-identification/identifications/${id}`;
  await expect.poll(async () => (await ask(`${path}/photos/1`)).status).toBe(200);
  return path;
}

async function fileIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of openPhotoFiles(bucket.place).list()) ids.push(...page.map(({ id }) => id));
  return ids.toSorted();
}

it('a photo is kept in the bucket, read from there by its owner, and deleted there with its identification', async () => {
  const path = await identify(1);
  expect(await fileIds()).toHaveLength(1);
  const photo = await ask(`${path}/photos/1`);
  expect(photo.headers.get('content-type')).toBe('image/jpeg');
  expect(Buffer.from(await photo.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
  expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
  expect((await ask(`${path}/photos/1`)).status).toBe(404);
  // Until its owner can no longer restore it, the photo stays.
  expect(await fileIds()).toHaveLength(1);
  await instance.database.client.identification.updateMany({ data: { deletedAt: new Date(Date.now() - 60_000) } });
  expect(await instance.service.removeDeleted(new AbortController().signal)).toBe(1);
  expect(await fileIds()).toEqual([]);
});

it('the job of the app deletes objects without a row, and rows whose object is gone', async () => {
  await identify(1);
  const [kept = ''] = await fileIds();
  const gone = await identify(2);
  const files = openPhotoFiles(bucket.place);
  await files.remove((await fileIds()).filter((id) => id !== kept));
  await instance.database.client.identification.delete({ where: { id: gone.split('/').at(-1) ?? '' } });
  const spare = [randomUUID(), randomUUID()];
  const recent = randomUUID();
  for (const id of [...spare, recent]) await files.write(id, Buffer.from('without a row'));
  await Promise.all(spare.map((id) => bucket.age(id)));
  const job = instance.service.deleteOrphanedPhotos(new AbortController().signal);
  // The two old objects and the row; an upload may be about to write the row of the recent one.
  expect(await job).toEqual({ deleted: 3, failed: 0 });
  expect(await fileIds()).toEqual([kept, recent].toSorted());
  expect(await instance.database.client.photo.findMany({ select: { id: true } })).toEqual([{ id: kept }]);
});

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { createIdentificationService } from '@plantcommunity/identification';
import { connectRedis, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Auth } from '../auth.ts';
import { authUnderTest } from '../testing/auth-under-test.ts';

const password = 'correct horse';

/** 16 x 16 pixels of one grey. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAHElEQVQokWOoIBEwjGogAjAQ' +
    'owgZjGogBtA+lABjWWgQrlQ/lQAAAABJRU5ErkJggg==',
  'base64',
);

/** Pl@ntNet's answer. */
const ANSWER = JSON.stringify({
  results: [{ score: 0.9, species: { scientificNameWithoutAuthor: 'Monstera deliciosa', commonNames: [] } }],
});

let database: Database;
let redis: RedisConnection;
let plantnet: Server;
let baseUrl: string;
/** Calls without an answer. */
let waiting: ServerResponse[];
let photoDir: string;
let service: ReturnType<typeof createIdentificationService>;
let auth: Auth;

beforeAll(async () => {
  database = await openTestDatabase({ poolSize: 8 });
  redis = await connectRedis({ url: 'unix:///nowhere/redis.sock' }, { timeoutMs: 100, readyWaitMs: 0 });
  plantnet = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST') waiting.push(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => plantnet.listen(0, '127.0.0.1', resolve));
  const address = plantnet.address();
  baseUrl = typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
});
afterAll(async () => {
  plantnet.closeAllConnections();
  plantnet.close();
  await Promise.all([database.close(), redis.close()]);
});
beforeEach(async () => {
  await database.client.$executeRaw`TRUNCATE "User", "Photo" CASCADE`;
  waiting = [];
  photoDir = await mkdtemp(join(tmpdir(), 'in-flight-'));
  const logger = createLogger({ level: 'silent' });
  const circuit = { failMax: 9, resetTimeoutMs: 9_000, maxResetTimeoutMs: 9_000, successThreshold: 1, trialPermits: 1 };
  const provider = { baseUrl, timeoutMs: 20_000, circuit };
  service = createIdentificationService({
    providers: { plant_id: { ...provider, apiKey: undefined }, plantnet: { ...provider, apiKey: 'key' } },
    quotas: { plant_id: {}, plantnet: { dailyLimit: 0 } },
    maxConcurrency: 50,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { waitMs: undefined, ttlMs: 30_000, renew: true },
    photoLimits: { maxBytes: 1_000_000, maxSide: 1_000, maxPixels: 1_000_000, maxPhotos: 5 },
    decodeConcurrency: 2,
    photos: { folder: photoDir },
    host: 'plants.example',
    photoSpaceBytes: 0,
    isDemo: false,
    database,
    redis,
    clock: systemClock,
    logger,
    metrics: createTestMetrics(),
    onCall: () => undefined,
    onAnswer: () => undefined,
  });
  auth = authUnderTest({ database, eraseOwner: (ownerId) => service.forget(ownerId) });
});
afterEach(async () => {
  service.close();
  await rm(photoDir, { recursive: true });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Identifies a photo; another `seed` makes it another photo. */
const identify = async (ownerId: string, seed: string = randomUUID()) => {
  const { identification } = await service.identify({
    requestId: randomUUID(),
    // The hash makes the photo different: its bytes are not compared.
    photos: [{ name: '', declaredType: '', size: PHOTO.length, bytes: PHOTO, hash: sha256(seed) }],
    options: { includeDiseases: false, organs: [] },
    ownerId,
    trackProgress: false,
    signal: new AbortController().signal,
  });
  return identification;
};

function answerAll(): void {
  for (const response of waiting.splice(0)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  }
}

async function countRemaining(): Promise<object> {
  const { identification, identificationPhoto, photo, user } = database.client;
  const [users, identifications, shown, photos] = await Promise.all([
    user.count(),
    identification.count(),
    identificationPhoto.count(),
    photo.count(),
  ]);
  const entries = await readdir(photoDir, { recursive: true, withFileTypes: true });
  return {
    users,
    identifications,
    shown,
    photos,
    files: entries.filter((entry) => entry.isFile() && entry.name !== '.database-ids').length,
  };
}
const NOTHING = { users: 0, identifications: 0, shown: 0, photos: 0, files: 0 };

const register = async (email = 'ann@example.org') => (await auth.accounts.register({ email, password })).userId;

describe('an identification whose owner is deleted meanwhile', () => {
  it('is answered without an id and leaves neither row nor file', async () => {
    const ann = await register();
    const answers = [identify(ann), identify(ann)];
    await expect.poll(() => waiting.length).toBe(2);
    await auth.accounts.delete(ann, { password });
    answerAll();
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ isPlant: true, confidenceSource: 'plantnet' });
      expect(answer).not.toHaveProperty('id');
    }
    expect(await countRemaining()).toEqual(NOTHING);
  });

  it('leaves nothing at any timing of answers and removal', async () => {
    for (let round = 0; round < 10; round++) {
      const ann = await register();
      const answers = Array.from({ length: 8 }, () => identify(ann));
      await expect.poll(() => waiting.length).toBe(8);
      // Some are answered before the removal, some during and some after it.
      waiting.splice(0, 2).forEach((response) => response.writeHead(200).end(ANSWER));
      const deleted = auth.accounts.delete(ann, { password });
      const answering = setInterval(() => waiting.shift()?.writeHead(200).end(ANSWER), round);
      await deleted;
      answerAll();
      const all = await Promise.all(answers).finally(() => clearInterval(answering));
      expect(all.every(({ isPlant }) => isPlant)).toBe(true);
      expect(await countRemaining()).toEqual(NOTHING);
    }
  });

  it('keeps the identification of another user with the same photo', async () => {
    const [ann, bob] = [await register(), await register('bob@example.org')];
    const answers = [identify(ann, 'same'), identify(bob, 'same')] as const;
    await expect.poll(() => waiting.length).toBe(1);
    await auth.accounts.delete(ann, { password });
    answerAll();
    const [anns, bobs] = await Promise.all(answers);
    expect(anns).not.toHaveProperty('id');
    expect(await service.photo(bob, bobs.id ?? '', 1)).toHaveProperty('bytes');
    expect(await countRemaining()).toEqual({ users: 1, identifications: 1, shown: 1, photos: 1, files: 1 });
  });
});

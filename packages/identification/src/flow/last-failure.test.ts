import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { openDatabase } from '@plantcommunity/db';
import { connectRedis, type RedisConnection, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { realPicture } from '../photo/testing/real-picture.ts';
import { LIMITS, uploaded } from '../photo/testing/uploaded-photo.ts';
import { createIdentificationService, type OperatedService } from './create-service.ts';

let answer: (response: ServerResponse) => void;
let server: Server;
let redis: RedisConnection;
let service: OperatedService;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().once('end', () => answer(response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  redis = await connectRedis({ url: 'unix:///nowhere/redis.sock' }, { timeoutMs: 100, readyWaitMs: 0 });
  const times = { resetTimeoutMs: 60_000, maxResetTimeoutMs: 60_000, successThreshold: 1, trialPermits: 1 };
  const provider = { baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 5_000, circuit: { ...times, failMax: 100 } };
  service = createIdentificationService({
    providers: { plant_id: { ...provider, apiKey: 'some-key' }, plantnet: { ...provider, apiKey: undefined } },
    maxConcurrency: 10,
    lifetime: { ttlMs: 60_000, staleMs: 60_000 },
    lock: { waitMs: 1_000, leaseMs: 1_000, renew: true },
    photoLimits: LIMITS,
    photoDir: tmpdir(),
    isDemo: false,
    // Nobody who asks is signed in, so nothing is stored and no connection is made.
    database: openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/nothing', poolSize: 1 }),
    redis,
    clock: systemClock,
    logger: createLogger({ level: 'silent' }),
    onCall: () => undefined,
    onAnswer: () => undefined,
  });
});
afterAll(async () => {
  service.close();
  await redis.close();
  server.closeAllConnections();
  server.close();
});

it.each<[string, typeof answer]>([
  ['http_502', (response) => response.writeHead(502).end('Bad Gateway')],
  ['malformed', (response) => response.writeHead(201).end('{"result":')],
  ['off_contract', (response) => response.writeHead(201).end('{"result": 42}')],
  ['connection', (response) => response.destroy()],
])('the circuit of a provider says what its last call failed of: %s', async (failure, how) => {
  answer = how;
  const asked = service.identify({
    requestId: crypto.randomUUID(),
    photos: [uploaded(await realPicture(64, 48).jpeg().toBuffer(), { name: 'leaf.jpg', declaredType: 'image/jpeg' })],
    options: { includeDiseases: false, organs: [] },
    trackProgress: false,
    signal: new AbortController().signal,
  });
  await expect(asked).rejects.toMatchObject({ code: 'providers_resting' });
  expect(service.operated.plant_id.circuit?.snapshot().lastFailure).toBe(failure);
});

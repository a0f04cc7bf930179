import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connectRedis, type RedisConnection } from '@plantcommunity/resilience';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperatedService } from './service.ts';
import { createPlantIdService, leafRequest } from './testing/plant-id-only.ts';

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
  const lock = { waitMs: 1_000, ttlMs: 1_000 };
  service = createPlantIdService({ redis, baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 5_000, lock });
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
])('the circuit snapshot of a provider has the label of its last failed call: %s', async (failure, how) => {
  answer = how;
  const asked = service.identify(await leafRequest());
  await expect(asked).rejects.toMatchObject({ code: 'providers_resting' });
  expect(service.operated.plant_id.circuit?.snapshot().lastFailure).toBe(failure);
});

import type { RedisConnection } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectInstances } from '../testing/redis-instances.ts';
import { createReAsks } from './re-asks.ts';

const logger = createLogger({ level: 'silent' });
let connections: RedisConnection[] = [];

beforeAll(async () => {
  connections = await connectInstances(2);
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
});

const photo = (hash: string) => ({ name: 'a.jpg', declaredType: 'image/jpeg', size: 0, bytes: Buffer.alloc(0), hash });

it('keeps a partial answer in mind for all instances, once, for one caller and the same photos in order and options', async () => {
  const [here, there] = connections.map((redis) => createReAsks({ redis, logger, freeMs: 3_600_000 }));
  if (here === undefined || there === undefined) throw new Error('no instance');
  const caller = `test:${crypto.randomUUID()}`;
  const photos = [photo('aa'), photo('bb')];
  const asked = { photos, options: { includeDiseases: true, organs: [], language: 'en' } };
  await here.expect(caller, asked, 0);
  expect(await there.claim(caller, { ...asked, photos: photos.toReversed() })).toBe(false);
  expect(await there.claim(caller, { ...asked, options: { ...asked.options, language: 'de' } })).toBe(false);
  expect(await there.claim(`test:${crypto.randomUUID()}`, asked)).toBe(false);
  expect(await there.claim(caller, asked)).toBe(true);
  expect(await here.claim(caller, asked)).toBe(false);
});

it('forgets it when what was paid for is no longer kept', async () => {
  const [redis] = connections;
  if (redis === undefined) throw new Error('no instance');
  const reAsks = createReAsks({ redis, logger, freeMs: 60_000 });
  const caller = `test:${crypto.randomUUID()}`;
  const asked = { photos: [photo('aa')], options: { includeDiseases: true, organs: [] } };
  await reAsks.expect(caller, asked, 60_000);
  expect(await reAsks.claim(caller, asked)).toBe(false);
  await reAsks.expect(caller, asked, 20_000.5);
  const [key = ''] = await redis.client.keys(`reask:identify:${caller}:*`);
  const left = await redis.client.pttl(key);
  expect(left).toBeGreaterThan(30_000);
  expect(left).toBeLessThan(40_000);
});

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { openDatabase } from '@plantcommunity/db';
import { connectRedis } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { expect, it } from 'vitest';
import { createPlantIdService } from './testing/plant-id-only.ts';

/** Twice the time limit of the slower probe, that of the database. */
const BOUND_MS = 5_000;

it.skipIf(!hasRedisServer)(
  'health reports a Redis and a database that hang in time, by one probe each for the callers of one second',
  async () => {
    await using redisServer = await RedisServer.prepare();
    await redisServer.start();
    const connections: Socket[] = [];
    const databaseServer = createServer((socket) => connections.push(socket)).listen(0, '127.0.0.1');
    await once(databaseServer, 'listening');
    const { port } = databaseServer.address() as AddressInfo;
    const database = openDatabase({ url: `postgresql://ann@127.0.0.1:${port}/plants?sslmode=disable`, poolSize: 1 });
    const redis = await connectRedis({ url: redisServer.url }, { timeoutMs: 1_000, readyWaitMs: 10_000 });
    let redisProbes = 0;
    const probe = () => {
      redisProbes += 1;
      return redis.probe();
    };
    const clock = new FakeClock();
    const service = createPlantIdService({
      redis: { ...redis, probe },
      database,
      clock,
      baseUrl: 'http://127.0.0.1:9',
      timeoutMs: 1_000,
      lock: { waitMs: 0, ttlMs: 1_000 },
    });

    redisServer.hang();
    const began = performance.now();
    const asked = await Promise.all(Array.from({ length: 20 }, () => service.health()));
    expect(performance.now() - began).toBeLessThan(BOUND_MS);
    asked.push(await service.health());
    expect(new Set(asked.map((each) => `${each.redis} ${each.database}`))).toEqual(new Set(['false false']));
    expect({ redisProbes, databaseProbes: connections.length }).toEqual({ redisProbes: 1, databaseProbes: 1 });

    const ready = new Promise<void>((resolve) => {
      redis.subscribe(({ type }) => type === 'ready' && resolve());
    });
    redisServer.wake();
    await ready;
    clock.advance(1_000);
    expect({ health: await service.health(), redisProbes }).toMatchObject({ health: { redis: true }, redisProbes: 2 });

    service.close();
    await Promise.all([redis.close(), database.close()]);
    for (const socket of connections) socket.destroy();
    databaseServer.close();
  },
);

import { connectRedis, createCircuit } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { expect, it, vi } from 'vitest';
import type { ActiveOverride } from './active-override.ts';
import { OverrideReconciler } from './reconciler.ts';

const order: ActiveOverride = {
  id: '01',
  action: 'reset',
  reason: 'They have repaired it.',
  by: 'ada@example.org',
  createdAt: new Date('2026-01-01T00:00:00Z'),
};

/** One process whose Redis is `server`; `orders` are what all processes share besides. */
async function process(server: RedisServer, orders: { standing: ActiveOverride | undefined }) {
  const clock = new FakeClock();
  const redis = await connectRedis({ url: server.url }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
  const circuit = createCircuit({
    name: 'plant_id',
    failMax: 3,
    resetTimeoutMs: 300_000,
    maxResetTimeoutMs: 300_000,
    successThreshold: 2,
    trialPermits: 2,
    classify: () => 'failure',
    clock,
    redis,
  });
  const follower = new OverrideReconciler({
    provider: 'plant_id',
    circuit,
    redis,
    clock,
    logger: createLogger({ level: 'silent' }),
    overrides: {
      active: async () => orders.standing,
      releaseReason: async () => undefined,
      expire: async () => undefined,
      async complete() {
        orders.standing = undefined;
      },
    },
  });
  return {
    follower,
    state: () => circuit.snapshot().state,
    async open() {
      for (let n = 0; n < 3; n += 1)
        await circuit.execute(() => Promise.reject(new Error('502'))).catch(() => undefined);
    },
    async lookAgain() {
      clock.advance(30_000);
      await follower.reconcile();
    },
    async [Symbol.asyncDispose]() {
      follower.close();
      circuit.close();
      await redis.close();
    },
  };
}

const isOpen = { timeout: 5_000 };

it.skipIf(!hasRedisServer).each([
  [
    'misses its replicas',
    ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
    ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
  ],
  ['is a replica by now', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
] as const)(
  'a reset closes a circuit once, though Redis %s, and all of them when it no longer is',
  async (_why, refuse, accept) => {
    await using server = await RedisServer.prepare();
    await server.start();
    const orders: { standing: ActiveOverride | undefined } = { standing: undefined };
    await using here = await process(server, orders);
    await using there = await process(server, orders);
    await here.follower.start();
    await here.open();
    await vi.waitFor(() => expect(there.state()).toBe('open'), isOpen);

    await server.command(...refuse);
    orders.standing = order;
    await here.follower.reconcile();
    expect(here.state()).toBe('closed');
    await here.open();
    await here.lookAgain();
    await here.lookAgain();
    expect([here.state(), there.state()]).toEqual(['open', 'open']);
    expect(orders.standing).toBe(order);

    await server.command(...accept);
    await vi.waitFor(async () => {
      await here.lookAgain();
      expect(orders.standing).toBeUndefined();
    }, isOpen);
    await vi.waitFor(() => expect([here.state(), there.state()]).toEqual(['closed', 'closed']), isOpen);
  },
);

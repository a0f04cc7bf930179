import { connectRedis, createCircuit } from '@plantcommunity/resilience';
import { FakeClock, hasRedisServer, RedisServer } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { expect, it } from 'vitest';
import { OverrideReconciler } from './reconciler.ts';
import type { ActiveOverride } from './store.ts';

const reset: ActiveOverride = {
  id: '01',
  action: 'reset',
  reason: 'They have repaired it.',
  by: 'ada@example.org',
  createdAt: new Date('2026-01-01T00:00:00Z'),
};

interface Overrides {
  active: ActiveOverride | undefined;
}

/** Starts one instance whose Redis is `server`; all instances share `overrides`. */
async function startInstance(server: RedisServer, overrides: Overrides) {
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
  const reconciler = new OverrideReconciler({
    provider: 'plant_id',
    circuit,
    redis,
    clock,
    logger: createLogger({ level: 'silent' }),
    overrides: {
      active: async () => overrides.active,
      releaseReason: async () => undefined,
      expire: async () => undefined,
      async complete() {
        overrides.active = undefined;
      },
    },
  });
  return {
    reconciler,
    state: () => circuit.snapshot().state,
    async open() {
      for (let n = 0; n < 3; n += 1)
        await circuit.execute(() => Promise.reject(new Error('502'))).catch(() => undefined);
    },
    async reconcileAfterInterval() {
      clock.advance(30_000);
      await reconciler.reconcile();
    },
    async [Symbol.asyncDispose]() {
      reconciler.close();
      circuit.close();
      await redis.close();
    },
  };
}

it.skipIf(!hasRedisServer).each([
  {
    name: 'lacks replicas',
    refuse: ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
    accept: ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
  },
  { name: 'has become a replica', refuse: ['REPLICAOF', '127.0.0.1', '1'], accept: ['REPLICAOF', 'NO', 'ONE'] },
] as const)(
  'a reset closes the circuit of one instance once while Redis $name, and all circuits when Redis takes writes again',
  async ({ refuse, accept }) => {
    await using server = await RedisServer.prepare();
    await server.start();
    const overrides: Overrides = { active: undefined };
    await using here = await startInstance(server, overrides);
    await using there = await startInstance(server, overrides);
    const states = () => ({ here: here.state(), there: there.state() });
    await here.reconciler.start();
    await here.open();
    await expect.poll(() => there.state()).toBe('open');

    await server.command(...refuse);
    overrides.active = reset;
    await here.reconciler.reconcile();
    expect(here.state()).toBe('closed');
    await here.open();
    await here.reconcileAfterInterval();
    await here.reconcileAfterInterval();
    expect(states()).toEqual({ here: 'open', there: 'open' });
    expect(overrides.active).toBe(reset);

    await server.command(...accept);
    const activeAfterInterval = async () => {
      await here.reconcileAfterInterval();
      return overrides.active;
    };
    await expect.poll(activeAfterInterval).toBeUndefined();
    await expect.poll(states).toEqual({ here: 'closed', there: 'closed' });
  },
);

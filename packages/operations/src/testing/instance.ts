import { authUnderTest } from '@plantcommunity/auth/testing/auth-under-test';
import type { Database } from '@plantcommunity/db';
import type { OperatedProvider } from '@plantcommunity/identification';
import { type Circuit, connectRedis, createCircuit, systemClock } from '@plantcommunity/resilience';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { createOperations, type OperationsOptions } from '../create-operations.ts';
import { createInstanceRegistry, type InstanceRegistry } from '../instances/registry.ts';
import type { Operations } from '../operations.ts';
import { type CircuitStateStore, createCircuitStateStore } from '../stats/circuit-state-store.ts';
import { MinuteCounters } from '../stats/minute-counters.ts';
import { createMinuteStore, type MinuteStore } from '../stats/minute-store.ts';
import { healthyDependencies } from './dependencies.ts';

export interface Instance extends AsyncDisposable {
  operations: Operations;
  circuit: Circuit;
  counters: MinuteCounters;
  /** Makes a call to Plant.id that fails. */
  fail(): Promise<void>;
}

const REDIS_URL = process.env['TEST_REDIS_URL'] ?? '';
const NO_REDIS = 'unix:///nowhere/redis.sock';
const TIMES = { resetTimeoutMs: 60_000, maxResetTimeoutMs: 300_000 };

/**
 * Starts what one process has: a Redis connection, Plant.id's circuit and operations. Pl@ntNet is off. Instances with the
 * same `prefix` share the circuit.
 */
export async function startInstance(
  database: Pick<Database, 'client'>,
  prefix: string,
  { hasRedis = true }: { hasRedis?: boolean } = {},
): Promise<Instance> {
  const url = hasRedis ? REDIS_URL : NO_REDIS;
  const redis = await connectRedis({ url }, { timeoutMs: hasRedis ? 2_000 : 100, readyWaitMs: hasRedis ? 5_000 : 0 });
  const circuit = createCircuit({
    ...TIMES,
    name: 'plant_id',
    failMax: 3,
    successThreshold: 2,
    trialPermits: 2,
    classify: () => 'failure',
    clock: systemClock,
    redis,
    prefix,
  });
  const clock = systemClock;
  const counters = new MinuteCounters({
    store: createMinuteStore({ redis, prefix }),
    redis,
    providers: ['plant_id', 'plantnet'],
    clock,
  });
  const instances = createInstanceRegistry({ redis, prefix });
  const states = createCircuitStateStore({ redis, prefix });
  const operations = operationsOf(circuit, { database, redis, instances, states, counters, clock });
  counters.start();
  await operations.start();
  return {
    operations,
    circuit,
    counters,
    fail: () => circuit.execute(() => Promise.reject(new Error('502'))).catch(() => undefined),
    async [Symbol.asyncDispose]() {
      await operations.close(0);
      circuit.close();
      await counters.close();
      await redis.close();
    },
  };
}

/** Creates operations over Plant.id's circuit, without starting them. */
export function operationsOf(
  circuit: Circuit,
  parts: Pick<OperationsOptions, 'clock' | 'database' | 'redis'> &
    Partial<Pick<OperationsOptions, 'counters' | 'instances' | 'states'>>,
): Operations {
  return createOperations({
    instances: emptyRegistry,
    alertWebhook: undefined,
    appUrl: new URL('http://localhost:3000'),
    states: emptyStates,
    counters: new MinuteCounters({ store: emptyMinutes, redis: NEVER_READY, providers: [], clock: parts.clock }),
    paidCredits: { provider: 'plant_id', cost: 0.029 },
    rates: {
      anonymous: hourly(10),
      free: hourly(100),
      pro: hourly(200),
      premium: hourly(500),
      enterprise: hourly(1_000),
    },
    quotaUse: () => 0,
    jobs: { jobs: [], leases: noLeases, metrics: createTestMetrics().jobs },
    legacy: { read: async () => ({ sunsetAt: 0, rows: [] }), record: () => undefined },
    dependencies: { read: async () => healthyDependencies, close: () => undefined },
    ...parts,
    accounts: authUnderTest(parts).administration,
    providers: { plant_id: operated(circuit), plantnet: operated(undefined) },
    logger: createLogger({ level: 'silent' }),
  });
}

const NEVER_READY = { isReady: () => false, onDataLoss: () => () => {}, subscribe: () => () => {} };
const emptyMinutes: MinuteStore = { exchange: async () => [] };
const emptyStates: CircuitStateStore = { exchange: async () => [] };
const hourly = (count: number) => ({ count, windowMs: 3_600_000 });
const emptyRegistry: InstanceRegistry = { exchange: async () => [], leave: async () => undefined };

/** Every lease is held by another instance. */
const noLeases: OperationsOptions['jobs']['leases'] = { acquire: async () => ({ type: 'timed_out' }) };

function operated(circuit: Circuit | undefined): OperatedProvider {
  return {
    ...TIMES,
    circuit,
    timeoutMs: 35_000,
    warnAtShare: 0.8,
    usualCredits: 2,
    quotas: () => [],
    leases: () => [],
    quotaReportedAt: () => undefined,
    health() {
      const { failCount, state } = circuit?.snapshot() ?? { failCount: 0, state: 'off' as const };
      return { available: state === 'closed', state, failCount, failMax: 3 };
    },
  };
}

/** Deletes the state of the circuits with `prefix` from Redis. */
export async function loseRedisData(prefix: string): Promise<void> {
  const connection = await connectRedis({ url: REDIS_URL }, { timeoutMs: 2_000, readyWaitMs: 5_000 });
  await connection.client.del(`${prefix}:{plant_id}:state`, `${prefix}:{plant_id}:trials`);
  await connection.close();
}

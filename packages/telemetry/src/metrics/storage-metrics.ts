import { Histogram, type Registry } from '@prometheus-io/client';
import { addReadGauge } from './read-at-scrape.ts';

const OUTCOMES = ['ok', 'error', 'unavailable'] as const;

/** State of database and Redis at one moment. */
interface StorageState {
  isDatabaseUp: boolean;
  /** Connections of the database pool, and callers that wait for one. */
  pool: { inUse: number; idle: number; waiting: number };
  isRedisUp: boolean;
}

/** Metrics of the database and Redis. */
export interface StorageMetrics {
  /** Each scrape reads the state. */
  watchStorage(read: () => StorageState): void;
  /** Records a command that Redis answered, with an error or without, or did not answer. */
  recordRedisCommand(command: { outcome: (typeof OUTCOMES)[number]; durationMs: number }): void;
}

/** Seconds; a command has 0.1 s over TCP and 0.5 s over REST unless the settings say otherwise. */
const BUCKETS = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const NOT_READ: StorageState = { isDatabaseUp: false, pool: { inUse: 0, idle: 0, waiting: 0 }, isRedisUp: false };

export function createStorageMetrics(registry: Registry): StorageMetrics {
  const registers = [registry];
  let state = (): StorageState => NOT_READ;
  addReadGauge(registry, {
    name: 'plantcommunity_database_up',
    help: '1 while the database answers, 0 from a failed probe until the next successful one.',
    read: () => Number(state().isDatabaseUp),
  });
  addReadGauge(registry, {
    name: 'plantcommunity_database_connections',
    help: 'Connections of the database pool now.',
    labelNames: ['state'],
    read() {
      const { idle, inUse } = state().pool;
      return [
        { labels: { state: 'in_use' }, value: inUse },
        { labels: { state: 'idle' }, value: idle },
      ];
    },
  });
  addReadGauge(registry, {
    name: 'plantcommunity_database_waiting',
    help: 'Callers that wait for a connection of the database pool now.',
    read: () => state().pool.waiting,
  });
  addReadGauge(registry, {
    name: 'plantcommunity_redis_up',
    help: '1 while Redis answers and accepts writes, else 0.',
    read: () => Number(state().isRedisUp),
  });
  const commands = new Histogram({
    name: 'plantcommunity_redis_command_duration_seconds',
    help: 'Time from a Redis command or batch to its reply; "unavailable" includes commands that failed unsent.',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers,
  });
  for (const outcome of OUTCOMES) commands.zero({ outcome });

  return {
    watchStorage(read) {
      state = read;
    },
    recordRedisCommand: ({ durationMs, outcome }) => commands.observe({ outcome }, durationMs / 1_000),
  };
}

import type { RedisConnection } from '../redis/redis-connection.ts';
import { checkOptions } from './check-options.ts';
import type { Circuit, CircuitOptions } from './circuit.ts';
import { LocalRules } from './local-rules.ts';
import { RuledCircuit } from './ruled-circuit.ts';
import { SharedRules } from './shared-rules.ts';
import { firstStanding } from './standing.ts';

/** Where processes share a circuit; without `redis` it is this process's own. */
export interface CircuitSharing {
  readonly redis?: RedisConnection;
  /** First part of its keys in Redis; `circuit` unless given. */
  readonly prefix?: string;
}

/**
 * Stops calling a service that fails, answers at once while it rests, and finds out by few trials when it is back.
 * @throws {RangeError} naming the option that cannot be
 */
export function createCircuit(options: CircuitOptions & CircuitSharing): Circuit {
  checkOptions(options);
  const { redis, prefix = 'circuit' } = options;
  return new RuledCircuit(options, (observer) =>
    redis
      ? new SharedRules(options, redis, prefix, observer)
      : new LocalRules(options, firstStanding(options), observer),
  );
}

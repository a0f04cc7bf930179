import type { RedisConnection } from '../redis/types.ts';
import { checkOptions } from './check-options.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { LocalStateMachine } from './local-state-machine.ts';
import { RedisStateMachine } from './redis-state-machine.ts';
import { initialState } from './state.ts';
import type { Circuit, CircuitOptions } from './types.ts';

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
  return new CircuitBreaker(options, (observer) =>
    redis
      ? new RedisStateMachine(options, redis, prefix, observer)
      : new LocalStateMachine(options, initialState(options), observer),
  );
}

export { type Bulkhead, type BulkheadCall, BulkheadFullError, createBulkhead } from './bulkhead.ts';
export { createCache } from './cache/create-cache.ts';
export type {
  Cache,
  CacheEvent,
  CacheHit,
  CacheLoaded,
  CacheLock,
  CacheOptions,
  EarlyRefresh,
  Lifetime,
  LoadLifetime,
  LoadOptions,
} from './cache/types.ts';
export { CircuitRejectedError, createCircuit } from './circuit/circuit-breaker.ts';
export type {
  Circuit,
  CircuitEvent,
  CircuitOptions,
  CircuitOutcome,
  CircuitSnapshot,
  CircuitStatus,
  OverrideScope,
} from './circuit/types.ts';
export { type Cancel, type Clock, systemClock } from './clock.ts';
export { type CallOptions, type Composed, compose, type Policy } from './compose.ts';
export { ResilienceError } from './errors.ts';
export { LeaseLostError, LeaseReentryError, LeaseTimeoutError } from './lease/errors.ts';
export { createLeases } from './lease/leases.ts';
export { RELEASE_STEP } from './lease/store.ts';
export type {
  Acquisition,
  LeaseEvent,
  LeaseHandle,
  LeaseOptions,
  LeaseStatus,
  Leases,
  LeasesOptions,
  ReleaseArguments,
  ReleaseResult,
  ReleaseScript,
} from './lease/types.ts';
export type { Unsubscribe } from './listeners.ts';
export { connectRedis } from './redis/connect.ts';
export { RedisUnavailableError } from './redis/errors.ts';
export type {
  EndedCommand,
  IORedisOptions,
  RedisConnection,
  RedisEvent,
  RedisOptions,
  RedisSettings,
  RestSettings,
  TcpSettings,
} from './redis/types.ts';
export { createSingleFlight, ReentrantCallError, type SingleFlight } from './single-flight.ts';
export { type Timeout, type WaitEvent, waitFor } from './wait.ts';

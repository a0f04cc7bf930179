import type { Dependencies } from '@plantcommunity/operations';
import type { WireOverview } from './overview-wire.ts';

export function presentDependencies({
  database,
  decoder,
  photoStore,
  redis,
}: Dependencies): WireOverview['dependencies'] {
  return {
    redis: {
      state: redis.state,
      reason: redis.reason,
      latency_ms: redis.latencyMs,
      used_bytes: redis.memory?.used,
      max_bytes: redis.memory?.max,
    },
    database: {
      state: database.isUp ? 'up' : 'down',
      latency_ms: database.latencyMs,
      in_use: database.inUse,
      size: database.size,
      waiting: database.waiting,
      slowest: database.slowest && { ms: database.slowest.durationMs, statement: database.slowest.statement },
    },
    photo_store: {
      state: photoStore.isUp ? 'up' : 'down',
      free_bytes: photoStore.freeBytes,
      orphans: photoStore.orphans,
    },
    decoder: { busy: decoder.running, size: decoder.size, waiting: decoder.waiting },
  };
}

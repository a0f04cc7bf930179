import type { Clock, RedisConnection, RedisEvent, Unsubscribe } from '@plantcommunity/resilience';
import { Sampler } from '../sampler.ts';

/**
 * `read_only`: it answers and takes no writes, as a replica does, or as it cannot save or has too few replicas; `full`: it
 * takes none for lack of memory; `loading`: it has started and reads its data.
 */
export type RedisState = 'up' | 'down' | 'read_only' | 'full' | 'loading';

export interface RedisHealth {
  state: RedisState;
  /** Why it is not `up`, in the words of Redis or of the connection. */
  reason?: string;
  /** Round trip of one command. */
  latencyMs?: number;
  memory?: RedisMemory;
}

/** In bytes; of a cluster, that of the node which answered. `max` is absent without a limit. */
export interface RedisMemory {
  used: number;
  max?: number;
}

/** Redis makes up its answer from many numbers: no more often for an overview. */
const INFO_EVERY_MS = 5_000;

type Redis = Pick<RedisConnection, 'client' | 'isReady' | 'subscribe'>;

/** Follows whether Redis takes writes, and asks it for its memory while it is watched. */
export class RedisHealthMonitor {
  readonly #redis: Redis;
  readonly #info: Sampler<Pick<RedisHealth, 'latencyMs' | 'memory'>>;
  readonly #unsubscribe: Unsubscribe;
  #reason: string | undefined;

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    this.#info = new Sampler(clock, INFO_EVERY_MS, async () => {
      const startedAt = clock.monotonic();
      // Redis may refuse the command to our user; the refusal, too, is an answer.
      const info = await redis.client.exec<unknown>(['INFO', 'memory']).catch((error: unknown) => {
        if (redis.isReady()) return undefined;
        throw error;
      });
      const memory = typeof info === 'string' ? redisMemory(info) : undefined;
      return { latencyMs: clock.monotonic() - startedAt, ...(memory && { memory }) };
    });
    this.#unsubscribe = redis.subscribe((event) => this.#onEvent(event));
  }

  async read(): Promise<RedisHealth> {
    const info = this.#redis.isReady() ? await this.#info.read() : undefined;
    if (this.#redis.isReady()) return { state: 'up', ...info };
    const reason = this.#reason ?? 'lost';
    return { state: stateOf(reason), reason };
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Redis can be lost for another reason later, which an event of type `error` brings. */
  #onEvent({ reason, type }: RedisEvent): void {
    if (type === 'lost' || (type === 'error' && !this.#redis.isReady())) this.#reason = reason;
  }
}

/** Returns the state for the reason of the event `lost`, which begins with the code of Redis' error if it gave one. */
export function stateOf(reason: string): RedisState {
  switch (/^[A-Z]+\b/.exec(reason)?.[0]) {
    case 'READONLY':
    case 'MASTERDOWN':
    case 'MISCONF':
    case 'NOREPLICAS':
      return 'read_only';
    case 'OOM':
      return 'full';
    case 'LOADING':
      return 'loading';
    case undefined:
    default:
      return 'down';
  }
}

/** Reads the section `memory` of INFO; undefined for a Redis that does not report it. */
export function redisMemory(info: string): RedisMemory | undefined {
  const numberOf = (name: string) => {
    const text = new RegExp(`^${name}:(\\d+)\\r?$`, 'm').exec(info)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const used = numberOf('used_memory');
  const max = numberOf('maxmemory') ?? 0;
  return used === undefined ? undefined : { used, ...(max > 0 && { max }) };
}

import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import { type Envelope, keepMs, open } from './envelope.ts';

/** What Redis had to say about a key; `corrupt`: bytes that are no envelope of ours. */
export type Found =
  | { readonly found: 'envelope'; readonly envelope: Envelope }
  | { readonly found: 'nothing' | 'corrupt' }
  | { readonly found: 'failure'; readonly error: unknown };

/** Envelopes in Redis, one key each, which expires when not even a stale value is worth keeping. */
export class RedisStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(redis: Redis, prefix: string, clock: Clock) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  async read(key: string): Promise<Found> {
    try {
      const read = await this.#redis.get<unknown>(this.#name(key));
      if (read === null) return { found: 'nothing' };
      const envelope = open(read);
      return envelope ? { found: 'envelope', envelope } : { found: 'corrupt' };
    } catch (error) {
      return isWrongType(error) ? { found: 'corrupt' } : { found: 'failure', error };
    }
  }

  async write(key: string, envelope: Envelope): Promise<void> {
    const px = Math.ceil(keepMs(envelope, this.#clock.now()));
    if (px > 0) await this.#redis.set(this.#name(key), envelope, { px });
  }

  /** In braces: whatever else is kept about this entity shares its slot of a cluster. */
  #name(key: string): string {
    return `${this.#prefix}:{${key}}:value`;
  }
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}

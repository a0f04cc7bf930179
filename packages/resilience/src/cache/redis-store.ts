import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import { type Envelope, keepMs, open } from './envelope.ts';
import { FILL } from './fill-script.ts';

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
      const read = await this.#redis.get<unknown>(this.#name(key, 'value'));
      if (read === null) return { found: 'nothing' };
      const envelope = open(read);
      return envelope ? { found: 'envelope', envelope } : { found: 'corrupt' };
    } catch (error) {
      return isWrongType(error) ? { found: 'corrupt' } : { found: 'failure', error };
    }
  }

  /** @param fence of the lease under which the value was made @returns false when a later holder has the say */
  async write(key: string, envelope: Envelope, fence: number | undefined): Promise<boolean> {
    const px = Math.ceil(keepMs(envelope, this.#clock.now()));
    if (px <= 0) return true;
    const name = this.#name(key, 'value');
    if (fence === undefined) {
      await this.#redis.set(name, envelope, { px });
      return true;
    }
    const keys = [name, this.#name(key, 'fence')];
    return (await this.#redis.eval(FILL, keys, [JSON.stringify(envelope), String(px), String(fence)])) === 1;
  }

  /** As leases name their keys: what is kept about an entity shares its slot of a cluster. */
  #name(key: string, part: 'value' | 'fence'): string {
    return `${this.#prefix}:{${key}}:${part}`;
  }
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}

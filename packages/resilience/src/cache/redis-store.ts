import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import { type Envelope, keepMs, open } from './envelope.ts';
import { FILL } from './fill-script.ts';

/** What Redis had to say about a key; `corrupt`: bytes that are no envelope of ours. */
export type Found =
  | { readonly found: 'envelope'; readonly envelope: Envelope }
  | { readonly found: 'nothing' | 'corrupt' }
  | { readonly found: 'failure'; readonly error: unknown };

/** `overtaken`: a later holder of the lease has the say; `better`: a value that does not yield is kept. */
export type Written = 'written' | 'overtaken' | 'better';

const ANSWERS = { 0: 'overtaken', 1: 'written', 2: 'better' } as const;

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

  /** @param fence of the lease under which the value was made, if any */
  async write(key: string, envelope: Envelope, fence: number | undefined): Promise<Written> {
    const px = Math.ceil(keepMs(envelope, this.#clock.now()));
    if (px <= 0) return 'written';
    const name = this.#name(key, 'value');
    if (fence === undefined && !envelope.yields) {
      await this.#redis.set(name, envelope, { px });
      return 'written';
    }
    const keys = [name, this.#name(key, 'fence')];
    const args = [JSON.stringify(envelope), String(px), String(fence ?? ''), envelope.yields ? '1' : '0'];
    const answer = await this.#redis.eval<string[], 0 | 1 | 2>(FILL, keys, args);
    return ANSWERS[answer];
  }

  /** As leases name their keys: what is kept about an entity shares its slot of a cluster. */
  #name(key: string, part: 'value' | 'fence'): string {
    return `${this.#prefix}:{${key}}:${part}`;
  }
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}

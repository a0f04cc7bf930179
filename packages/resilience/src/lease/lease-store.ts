import type { Redis } from '@upstash/redis';
import { ACQUIRE, RELEASE, RENEW } from './lease-scripts.ts';

export type Answer = { readonly fence: number } | { readonly heldForMs: number };

/** Leases as Redis keeps them. Every method may throw RedisUnavailableError. */
export class LeaseStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #channel: string;

  constructor(redis: Redis, prefix: string, channel: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#channel = channel;
  }

  async acquire(name: string, owner: string, leaseMs: number): Promise<Answer> {
    const [got, number] = await this.#redis.eval<string[], [0 | 1, number | string]>(
      ACQUIRE,
      [this.#key(name, 'lock'), this.#key(name, 'fence')],
      [owner, String(leaseMs)],
    );
    return got === 1 ? { fence: Number(number) } : { heldForMs: Math.max(0, Number(number)) };
  }

  /** @returns whether it is still the owner's */
  async renew(name: string, owner: string, leaseMs: number): Promise<boolean> {
    return (await this.#redis.eval(RENEW, [this.#key(name, 'lock')], [owner, String(leaseMs)])) === 1;
  }

  /** @returns whether it was still the owner's */
  async release(name: string, owner: string): Promise<boolean> {
    // As JSON, which is how the client reads messages: a name of digits stays text.
    const message = JSON.stringify(name);
    return (await this.#redis.eval(RELEASE, [this.#key(name, 'lock')], [owner, this.#channel, message])) === 1;
  }

  /** In braces: whatever is kept about this entity shares its slot of a cluster. */
  #key(name: string, part: 'lock' | 'fence'): string {
    return `${this.#prefix}:{${name}}:${part}`;
  }
}

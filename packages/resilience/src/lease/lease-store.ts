import type { Redis } from '@upstash/redis';
import { ACQUIRE, RELEASE, RENEW } from './lease-scripts.ts';

export interface Taken {
  readonly fence: number;
  /** Whose lease ended by itself, not by a release. */
  readonly previousOwner?: string;
}
export type Answer = Taken | { readonly heldForMs: number };

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
    const [got, number, before] = await this.#redis.eval<string[], [0 | 1, number | string, (string | null)?]>(
      ACQUIRE,
      [this.#key(name, 'lock'), this.#key(name, 'fence'), this.#key(name, 'owner')],
      [owner, String(leaseMs)],
    );
    if (got === 0) return { heldForMs: Math.max(0, Number(number)) };
    const fence = Number(number);
    return before ? { fence, previousOwner: before } : { fence };
  }

  /** @returns whether it is still the owner's */
  async renew(name: string, owner: string, leaseMs: number): Promise<boolean> {
    return (await this.#redis.eval(RENEW, [this.#key(name, 'lock')], [owner, String(leaseMs)])) === 1;
  }

  /** @returns whether it was still the owner's */
  async release(name: string, owner: string): Promise<boolean> {
    // As JSON, which is how the client reads messages: a name of digits stays text.
    const message = JSON.stringify(name);
    const keys = [this.#key(name, 'lock'), this.#key(name, 'owner')];
    return (await this.#redis.eval(RELEASE, keys, [owner, this.#channel, message])) === 1;
  }

  /** In braces: whatever is kept about this entity shares its slot of a cluster. */
  #key(name: string, part: 'lock' | 'fence' | 'owner'): string {
    return `${this.#prefix}:{${name}}:${part}`;
  }
}

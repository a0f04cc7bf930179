import type { Redis } from '@upstash/redis';
import type { RedisConnection } from '../redis/types.ts';
import type { ReleaseArguments } from './lease-ending.ts';
import { ACQUIRE, RELEASE, RENEW } from './lease-scripts.ts';

export interface Acquired {
  readonly fence: number;
  /** Whose lease ended by itself, not by a release. */
  readonly previousOwner?: string;
}
/** Held by somebody else for so long, unless it is renewed; Infinity: its end is not known. */
export interface HeldByAnother {
  readonly heldForMs: number;
}

/** Leases as Redis keeps them. Every method throws when Redis does not answer, or with an error. */
export class LeaseStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #channel: string;

  constructor(redis: RedisConnection, prefix: string, channel: string) {
    this.#redis = redis.client;
    this.#prefix = prefix;
    this.#channel = redis.channelOf(channel);
  }

  async acquire(name: string, owner: string, ttlMs: number): Promise<Acquired | HeldByAnother> {
    const keys = [this.#key(name, 'lock'), this.#key(name, 'fence')];
    const answer = await this.#redis.eval<string[], [0, number] | [1, number, string]>(ACQUIRE, keys, [
      owner,
      String(ttlMs),
    ]);
    if (answer[0] === 0) return { heldForMs: answer[1] < 0 ? Number.POSITIVE_INFINITY : answer[1] };
    const [, fence, previousOwner] = answer;
    return previousOwner ? { fence, previousOwner } : { fence };
  }

  /** @returns whether it is still the owner's */
  async renew(name: string, owner: string, ttlMs: number): Promise<boolean> {
    return (await this.#redis.eval(RENEW, [this.#key(name, 'lock')], [owner, String(ttlMs)])) === 1;
  }

  /** @returns whether it was still the owner's */
  async release({ keys, args }: ReleaseArguments): Promise<boolean> {
    return (await this.#redis.eval(RELEASE, [...keys], [...args])) === 1;
  }

  /** @param fence undefined when it is not known */
  releaseArguments(name: string, owner: string, fence?: number): ReleaseArguments {
    // As JSON, which is how the client reads messages: a name of digits stays text.
    const message = JSON.stringify(name);
    const keys = [this.#key(name, 'lock'), this.#key(name, 'fence')] as const;
    return { keys, args: [owner, String(fence ?? ''), this.#channel, message] };
  }

  /** In braces: whatever is kept about this entity shares its slot of a cluster. */
  #key(name: string, part: 'lock' | 'fence'): string {
    return `${this.#prefix}:{${name}}:${part}`;
  }
}

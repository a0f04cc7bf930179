import type { Redis } from '@upstash/redis';
import type { RedisConnection } from '../redis/types.ts';
import type { ReleaseArguments } from './types.ts';

/**
 * Takes a lease and issues its fence. Redis' own time keeps fences rising even when Redis has lost its data; the last
 * fence keeps them rising when that time steps back. The owner stands beside the fence until the release.
 * KEYS lease, fence; ARGV owner, lease length in ms.
 * Returns {1, fence, the previous owner that did not release or ''} when taken, {0, ms until the holder's lease ends or
 * -1 when it does not} when held.
 */
const ACQUIRE = `
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return {0, redis.call('PTTL', KEYS[1])}
end
local kept = redis.pcall('GET', KEYS[2])
local last, before = string.match(type(kept) == 'string' and kept or '', '^(%d+) ?(.*)$')
local time = redis.call('TIME')
local fence = time[1] * 1000000 + time[2]
if last and fence <= tonumber(last) then fence = tonumber(last) + 1 end
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[2], text .. ' ' .. ARGV[1], 'PX', 86400000)
return {1, text, before or ''}
`;

/** Renews a lease. KEYS lease; ARGV owner, lease length in ms. Returns 1 when the lease is the owner's, else 0. */
const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/**
 * Beginning of a script: defines a function `release` that ends an owner's lease and wakes its waiters, who find what
 * the rest of the script did. The function returns 1 when the lease was the owner's, else 0.
 */
export const RELEASE_STEP = `
local function release(lease, fence, owner, number, channel, message)
  if redis.call('GET', lease) ~= owner then return 0 end
  redis.call('DEL', lease)
  -- pcall: without access to channels the release still happens, and waiters poll.
  redis.pcall('PUBLISH', channel, message)
  -- If Redis refuses this, the next holder only sees a previous owner that did not release.
  if number ~= '' then redis.pcall('SET', fence, number, 'PX', 86400000) end
  return 1
end
`;

/** Releases a lease. KEYS lease, fence; ARGV owner, its fence or '', channel, message. Returns what `release` returns. */
const RELEASE: string = `${RELEASE_STEP}
return release(KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3], ARGV[4])
`;

/** `held`: another owner has the lease for so long, unless it renews; Infinity when its end is not known. */
export type AcquireReply =
  | {
      readonly type: 'acquired';
      readonly fence: number;
      /** Its lease ran out instead of being released. */
      readonly previousOwner: string | undefined;
    }
  | { readonly type: 'held'; readonly heldForMs: number };

/** Leases in Redis. Every method throws RedisUnavailableError when Redis does not answer, or the error it answers. */
export class LeaseStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #channel: string;

  constructor(redis: RedisConnection, prefix: string, channel: string) {
    this.#redis = redis.client;
    this.#prefix = prefix;
    this.#channel = redis.channelOf(channel);
  }

  async acquire(name: string, owner: string, ttlMs: number): Promise<AcquireReply> {
    const keys = [this.#key(name, 'lock'), this.#key(name, 'fence')];
    const reply = await this.#redis.eval<string[], [0, number] | [1, number, string]>(ACQUIRE, keys, [
      owner,
      String(ttlMs),
    ]);
    if (reply[0] === 0) return { type: 'held', heldForMs: reply[1] < 0 ? Number.POSITIVE_INFINITY : reply[1] };
    const [, fence, previousOwner] = reply;
    return { type: 'acquired', fence, previousOwner: previousOwner || undefined };
  }

  /** @returns whether the lease is still the owner's */
  async renew(name: string, owner: string, ttlMs: number): Promise<boolean> {
    return (await this.#redis.eval(RENEW, [this.#key(name, 'lock')], [owner, String(ttlMs)])) === 1;
  }

  /** @returns whether the lease was still the owner's */
  async release({ keys, args }: ReleaseArguments): Promise<boolean> {
    return (await this.#redis.eval(RELEASE, [...keys], [...args])) === 1;
  }

  /** @param fence undefined when it is not known */
  releaseArguments(name: string, owner: string, fence?: number): ReleaseArguments {
    // As JSON, because the client parses messages: a name of digits stays text.
    const message = JSON.stringify(name);
    const keys = [this.#key(name, 'lock'), this.#key(name, 'fence')] as const;
    return { keys, args: [owner, String(fence ?? ''), this.#channel, message] };
  }

  /** The braces put all keys of one name in one slot of a cluster. */
  #key(name: string, part: 'lock' | 'fence'): string {
    return `${this.#prefix}:{${name}}:${part}`;
  }
}

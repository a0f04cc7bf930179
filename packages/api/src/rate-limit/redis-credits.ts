import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import { type Buckets, HOURS } from './credit-buckets.ts';

/** Counts credits by hour under several keys in one atomic step. */
export interface CreditStore {
  /** Adds credits to the hour under every key; under none if one key would exceed its limit. */
  reserve(keys: readonly CreditKey[], hour: number, credits: number): Promise<ReservedCredits>;
  /** Subtracts credits from an hour under every key. */
  release(keys: readonly CreditKey[], hour: number, credits: number): Promise<void>;
}

interface CreditKey {
  key: string;
  limit: number;
}

interface ReservedCredits {
  allowed: boolean;
  /** The buckets before the call, in the order of the keys. */
  before: readonly Buckets[];
}

/** TTL of a share in seconds: longer than any hour counts. */
const KEPT_S = (HOURS + 1) * 3_600;

/**
 * Adds credits to an hour of every share, or of none if one share would exceed its limit; deletes hours that no longer
 * count. KEYS one hash per share, credits by hour; ARGV hour, credits, number of hours that count, TTL in seconds, and
 * a limit for each key. Returns 1 if added, else 0, and for each key {hour, credits, ...} as it was before.
 */
const RESERVE = `
local hour, credits, hours = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {1}
for place, key in ipairs(KEYS) do
  local used, before = 0, {}
  local all = redis.call('HGETALL', key)
  for at = 1, #all, 2 do
    local bucket, spent = tonumber(all[at]), tonumber(all[at + 1])
    if bucket <= hour - hours then
      redis.call('HDEL', key, all[at])
    else
      used = used + spent
      table.insert(before, bucket)
      table.insert(before, spent)
    end
  end
  if used + credits > tonumber(ARGV[4 + place]) then answer[1] = 0 end
  answer[place + 1] = before
end
if answer[1] == 1 and credits > 0 then
  for _, key in ipairs(KEYS) do
    redis.call('HINCRBY', key, hour, credits)
    redis.call('EXPIRE', key, ARGV[4])
  end
end
return answer
`;

/** Subtracts credits from an hour. KEYS as above; ARGV hour, credits. Returns the number of keys. */
const RELEASE = `
for _, key in ipairs(KEYS) do
  local left = tonumber(redis.call('HGET', key, ARGV[1]) or '0') - tonumber(ARGV[2])
  if left > 0 then redis.call('HSET', key, ARGV[1], left) else redis.call('HDEL', key, ARGV[1]) end
end
return #KEYS
`;

const answered = z.tuple([z.number()], z.array(z.number()));

/** Counts credits in Redis for all instances. Rejects with Redis errors. */
export function createRedisCredits({ client: redis }: Pick<RedisConnection, 'client'>): CreditStore {
  return {
    async reserve(keys, hour, credits) {
      const limits = keys.map(({ limit }) => String(limit));
      const args = [hour, credits, HOURS, KEPT_S].map(String);
      const answer: unknown = await redis.eval<string[]>(RESERVE, keys.map(nameOf), [...args, ...limits]);
      const [allowed, ...before] = answered.parse(answer);
      return { allowed: allowed === 1, before: before.map(pairs) };
    },
    async release(keys, hour, credits) {
      await redis.eval(RELEASE, keys.map(nameOf), [String(hour), String(credits)]);
    },
  };
}

/** Puts all shares into one slot of a cluster: one script counts an account and an address together. */
const nameOf = ({ key }: CreditKey): string => `credits:{share}:${key}`;

function pairs(flat: readonly number[]): Buckets {
  const buckets = new Map<number, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) buckets.set(flat[at] ?? 0, flat[at + 1] ?? 0);
  return buckets;
}

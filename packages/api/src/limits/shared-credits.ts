import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import { type Buckets, HOURS } from './credit-buckets.ts';

/** Counts credits by hour under several keys at once. */
export interface CreditStore {
  /** Adds the credits in the hour under every key, unless one of them would then hold more than its limit. */
  take(keys: readonly CreditKey[], hour: number, credits: number): Promise<TakenCredits>;
  /** Takes credits of an hour back. */
  giveBack(keys: readonly CreditKey[], hour: number, credits: number): Promise<void>;
}

interface CreditKey {
  key: string;
  limit: number;
}

interface TakenCredits {
  allowed: boolean;
  /** As they were before, in the order of the keys. */
  before: readonly Buckets[];
}

/** Longer than any hour counts, in seconds. */
const KEPT_S = (HOURS + 1) * 3_600;

/**
 * Adds credits in an hour to every share, or to none where one would get more than its limit; hours that no longer count
 * go. KEYS a hash of credits by hour a share; ARGV hour, credits, hours that count, seconds to keep a share, and a limit
 * for each key. Returns {1 when added, else 0} and for each key {hour, credits, ...} as it was before.
 */
const TAKE = `
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

/** Takes credits of an hour back. KEYS as above; ARGV hour, credits. Returns how many keys there were. */
const GIVE_BACK = `
for _, key in ipairs(KEYS) do
  local left = tonumber(redis.call('HGET', key, ARGV[1]) or '0') - tonumber(ARGV[2])
  if left > 0 then redis.call('HSET', key, ARGV[1], left) else redis.call('HDEL', key, ARGV[1]) end
end
return #KEYS
`;

const answered = z.tuple([z.number()], z.array(z.number()));

/** In Redis, shared by all instances. Throws what Redis fails with. */
export function createSharedCredits({ redis }: Pick<RedisConnection, 'redis'>): CreditStore {
  return {
    async take(keys, hour, credits) {
      const limits = keys.map(({ limit }) => String(limit));
      const args = [hour, credits, HOURS, KEPT_S].map(String);
      const answer: unknown = await redis.eval<string[]>(TAKE, keys.map(nameOf), [...args, ...limits]);
      const [allowed, ...before] = answered.parse(answer);
      return { allowed: allowed === 1, before: before.map(pairs) };
    },
    async giveBack(keys, hour, credits) {
      await redis.eval(GIVE_BACK, keys.map(nameOf), [String(hour), String(credits)]);
    },
  };
}

/** One slot of a cluster for all shares: an account and an address are counted in one step. */
const nameOf = ({ key }: CreditKey): string => `credits:{share}:${key}`;

function pairs(flat: readonly number[]): Buckets {
  const buckets = new Map<number, number>();
  for (let at = 0; at + 1 < flat.length; at += 2) buckets.set(flat[at] ?? 0, flat[at + 1] ?? 0);
  return buckets;
}

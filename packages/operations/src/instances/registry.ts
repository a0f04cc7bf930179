import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import type { CircuitStates, InstanceReport } from './standing.ts';

/** An instance that neither speaks nor says goodbye is known for so long. */
const KNOWN_MS = 60_000;

/**
 * KEYS instances (a hash: of each its last word, and when it was said); ARGV id, standing (JSON), ms a word is kept.
 * Times are Redis' own, so that no two clocks are compared. Returns of each instance, ours among them, {age in ms,
 * standing}.
 */
const ANSWER = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local flat, words = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #flat, 2 do
  local at, standing = string.match(flat[i + 1], '^(%d+) (.*)$')
  local age = at and math.max(0, now - tonumber(at))
  if not age or age > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], flat[i])
  else
    words[#words + 1] = {age, standing}
  end
end
return words
`;

const state = z.enum(['closed', 'open', 'half_open', 'isolated', 'off', 'misconfigured']);
/** An instance of another version may say what we do not know: it is there, and sees something else. */
const word = z.tuple([z.number(), z.object({ plant_id: state, plantnet: state }).optional().catch(undefined)]);

/** Where the instances tell each other how they see the circuits. */
export interface InstanceRegistry {
  /** Says how we see them. @returns the last words of all instances. @throws what the connection throws */
  exchange(states: CircuitStates): Promise<readonly InstanceReport[]>;
  /** Says goodbye. */
  leave(): Promise<void>;
}

export function createInstanceRegistry(options: {
  redis: Pick<RedisConnection, 'client'>;
  prefix?: string;
}): InstanceRegistry {
  const { prefix = 'operations' } = options;
  const { client: redis } = options.redis;
  const key = `${prefix}:instances`;
  const id = randomUUID();

  return {
    async exchange(states) {
      const said: unknown = await redis.eval(ANSWER, [key], [id, JSON.stringify(states), String(KNOWN_MS)]);
      return z
        .array(word)
        .parse(said)
        .map(([ageMs, reported]) => ({ ageMs, states: reported }));
    },
    async leave() {
      await redis.hdel(key, id);
    },
  };
}

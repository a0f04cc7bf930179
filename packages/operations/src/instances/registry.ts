import { randomUUID } from 'node:crypto';
import type { ProviderHealth, ProviderName } from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';

/** Time for which an instance stays registered after its last report. */
const REGISTERED_MS = 60_000;

/**
 * Stores the report of one instance and returns the last report of every registered instance.
 *
 * KEYS  instances (hash: instance id -> time and states of its last report)
 * ARGV  id, states (JSON), milliseconds for which a report is kept
 * Times are Redis' own, so that no two clocks are compared.
 * Returns {age in ms, states} of each instance, this one included.
 */
const EXCHANGE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local flat, reports = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #flat, 2 do
  local at, states = string.match(flat[i + 1], '^(%d+) (.*)$')
  local age = at and math.max(0, now - tonumber(at))
  if not age or age > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], flat[i])
  else
    reports[#reports + 1] = {age, states}
  end
end
return reports
`;

/** The state of each circuit as one instance sees it. */
export type CircuitStates = Readonly<Record<ProviderName, ProviderHealth['state']>>;

/** The last report of an instance, and its age. */
export interface InstanceReport {
  ageMs: number;
  /** Undefined for a report of another version that cannot be read. */
  states: Readonly<Record<string, ProviderHealth['state']>> | undefined;
}

/** Shares the reports of all instances. */
export interface InstanceRegistry {
  /** Reports `states`. @returns the last report of every instance, this one included. @throws errors of the connection */
  exchange(states: CircuitStates): Promise<readonly InstanceReport[]>;
  /** Removes the report of this instance. */
  leave(): Promise<void>;
}

const stateSchema = z.enum(['closed', 'open', 'half_open', 'isolated', 'off', 'misconfigured']);
const reportsSchema = z.array(z.tuple([z.number(), z.record(z.string(), stateSchema).optional().catch(undefined)]));

export function createInstanceRegistry(options: {
  redis: Pick<RedisConnection, 'client'>;
  prefix?: string;
}): InstanceRegistry {
  const { prefix = 'operations' } = options;
  const { client } = options.redis;
  const key = `${prefix}:instances`;
  const id = randomUUID();

  return {
    async exchange(states) {
      const reply: unknown = await client.eval(EXCHANGE, [key], [id, JSON.stringify(states), String(REGISTERED_MS)]);
      return reportsSchema.parse(reply).map(([ageMs, reported]) => ({ ageMs, states: reported }));
    },
    async leave() {
      await client.hdel(key, id);
    },
  };
}

import { randomUUID } from 'node:crypto';
import {
  type AnswerLease,
  PROVIDER_NAMES,
  type ProviderHealth,
  type ProviderName,
} from '@plantcommunity/identification';
import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';

/** Time for which an instance stays registered after its last report. */
const REGISTERED_MS = 60_000;

/**
 * Stores the report of one instance and returns the last report of every registered instance.
 *
 * KEYS  instances (hash: instance id -> time and text of its last report)
 * ARGV  id, report (JSON), milliseconds for which a report is kept
 * Times are Redis' own, so that no two clocks are compared.
 * Returns {age in ms, report} of each instance, this one included.
 */
const EXCHANGE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local flat, reports = redis.call('HGETALL', KEYS[1]), {}
for i = 1, #flat, 2 do
  local at, report = string.match(flat[i + 1], '^(%d+) (.*)$')
  local age = at and math.max(0, now - tonumber(at))
  if not age or age > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], flat[i])
  else
    reports[#reports + 1] = {age, report}
  end
end
return reports
`;

/** The state of each circuit as one instance sees it. */
export type CircuitStates = Readonly<Record<ProviderName, ProviderHealth['state']>>;

/** A lease of an answer that one instance holds or waits for. */
export interface ReportedLease extends AnswerLease {
  provider: ProviderName;
}

/** What an instance reports of itself. */
export interface OwnReport {
  states: CircuitStates;
  leases: readonly ReportedLease[];
}

/** The last report of an instance, and its age. */
export interface InstanceReport {
  ageMs: number;
  /** Undefined for a report of another version that cannot be read. */
  states: Readonly<Record<string, ProviderHealth['state']>> | undefined;
  /** Without those of another version that cannot be read. */
  leases: readonly ReportedLease[];
}

/** Shares the reports of all instances. */
export interface InstanceRegistry {
  /** Reports. @returns the last report of every instance, this one included. @throws errors of the connection */
  exchange(report: OwnReport): Promise<readonly InstanceReport[]>;
  /** Removes the report of this instance. */
  leave(): Promise<void>;
}

const stateSchema = z.enum(['closed', 'open', 'half_open', 'isolated', 'off', 'misconfigured']);
const leaseSchema = z.object({
  provider: z.enum(PROVIDER_NAMES),
  key: z.string(),
  photo: z.string(),
  held: z.object({ owner: z.string(), heldMs: z.number() }).optional(),
  waiting: z.int(),
});
/** Leases of another version, such as those of a provider that is unknown here, are left out. */
const leasesSchema = z.array(z.unknown()).transform((leases) =>
  leases.flatMap((lease) => {
    const { data } = leaseSchema.safeParse(lease);
    return data === undefined ? [] : [data];
  }),
);
const reportSchema = z.object({ states: z.record(z.string(), stateSchema), leases: leasesSchema });
const reportsSchema = z.array(z.tuple([z.number(), reportSchema.optional().catch(undefined)]));

export function createInstanceRegistry(options: {
  redis: Pick<RedisConnection, 'client'>;
  prefix?: string;
}): InstanceRegistry {
  const { prefix = 'operations' } = options;
  const { client } = options.redis;
  const key = `${prefix}:instances`;
  const id = randomUUID();

  return {
    async exchange(report) {
      const reply: unknown = await client.eval(EXCHANGE, [key], [id, JSON.stringify(report), String(REGISTERED_MS)]);
      return reportsSchema.parse(reply).map(([ageMs, reported]) => ({
        ageMs,
        states: reported?.states,
        leases: reported?.leases ?? [],
      }));
    },
    async leave() {
      await client.hdel(key, id);
    },
  };
}

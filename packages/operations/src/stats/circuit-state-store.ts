import type { ProviderName } from '@plantcommunity/identification';
import type { CircuitStatus, RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import { HOUR_MS } from '../durations.ts';

/** Time for which the states are kept after they were written last; the processes that run write them again. */
const KEPT_MS = 2 * HOUR_MS;
/** Time that the history of a circuit covers. */
export const HISTORY_MS = HOUR_MS;
/** The same state within this time is the same change, which several processes saw. */
const SAME_MS = 2_000;

/** A time in which a circuit had one state; `from` in milliseconds since 1970. */
export interface StatePeriod {
  state: CircuitStatus;
  from: number;
}

/** Shares the states of circuits between the `CircuitHistory` of all processes. Their counts are in `MinuteStore`. */
export interface CircuitStateStore {
  /**
   * Adds changes that this process saw, unless they are known. @returns the states of the last hour, oldest first; each
   * lasts until the next begins @throws errors of the connection
   */
  exchange(provider: ProviderName, seen: readonly SeenState[]): Promise<readonly StatePeriod[]>;
}

export interface SeenState {
  state: CircuitStatus;
  /** Time since the state began. */
  ageMs: number;
}

/**
 * Adds the states that a process saw and returns those of the last hour.
 *
 * KEYS  states (sorted set: "<ms> <state>" by ms, when the state began)
 * ARGV  milliseconds for which the set is kept, length of the history, time in which a state is the same one,
 *       then state and age in ms of each state
 * Times are Redis' own, so that no two clocks are compared.
 * Returns the members of the set, oldest first.
 */
const EXCHANGE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local same = tonumber(ARGV[3])
for i = 4, #ARGV, 2 do
  local state, at = ARGV[i], math.floor(now - tonumber(ARGV[i + 1]))
  local isKnown = false
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], at - same, at + same)) do
    isKnown = isKnown or string.match(member, ' (.*)$') == state
  end
  if not isKnown then redis.call('ZADD', KEYS[1], at, string.format('%.0f %s', at, state)) end
end
local older = redis.call('ZREVRANGEBYSCORE', KEYS[1], now - tonumber(ARGV[2]), '-inf', 'LIMIT', 1, 1)
if older[1] then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.match(older[1], '^%-?%d+')) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;

const stateSchema = z.enum(['closed', 'open', 'half_open', 'isolated']);

export function createCircuitStateStore(options: {
  redis: Pick<RedisConnection, 'client'>;
  prefix?: string;
}): CircuitStateStore {
  const { prefix = 'operations', redis } = options;
  return {
    async exchange(provider, seen) {
      const states = seen.flatMap(({ ageMs, state }) => [state, String(Math.round(ageMs))]);
      const args = [String(KEPT_MS), String(HISTORY_MS), String(SAME_MS), ...states];
      const reply: unknown = await redis.client.eval(EXCHANGE, [`${prefix}:states:${provider}`], args);
      return withoutRepetitions(z.array(z.string()).parse(reply).flatMap(periodOf));
    },
  };
}

/** Returns nothing for a state of another version. */
function periodOf(member: string): readonly StatePeriod[] {
  const [from, name] = member.split(' ');
  const state = stateSchema.safeParse(name);
  return state.success ? [{ state: state.data, from: Number(from) }] : [];
}

/** Several processes may have seen one change at times that differ by more than usual. */
function withoutRepetitions(periods: readonly StatePeriod[]): readonly StatePeriod[] {
  return periods.filter(({ state }, index) => state !== periods[index - 1]?.state);
}

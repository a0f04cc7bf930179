import { randomUUID } from 'node:crypto';
import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';

/** Time for which the counts of a minute are kept after they were written last: an hour, and time to read them. */
const KEPT_MS = 65 * 60_000;
/** In front of each value, so that no client takes it for JSON that it should parse. */
const MARK = 'counts:';

/**
 * Writes the counts of one process and returns those of all. A value replaces the one before, so that a write whose
 * reply was lost can be repeated.
 *
 * KEYS  minutes to write, then minutes to read (hashes: id of a process -> its counts in that minute)
 * ARGV  id, milliseconds for which a minute is kept, number of minutes to write, their counts
 * Returns for each minute to read a list of {id, counts, id, counts ...}.
 */
const EXCHANGE = `
local written = tonumber(ARGV[3])
for i = 1, written do
  redis.call('HSET', KEYS[i], ARGV[1], ARGV[3 + i])
  redis.call('PEXPIRE', KEYS[i], ARGV[2])
end
local minutes = {}
for i = written + 1, #KEYS do minutes[i - written] = redis.call('HGETALL', KEYS[i]) end
return minutes
`;

/** A minute, as its number since 1970, with the counts of this process in it. */
interface WrittenMinute {
  minute: number;
  counts: string;
}

/** A minute as Redis has it. */
export interface StoredMinute {
  minute: number;
  /** Counts of the other processes, by their ids. */
  others: ReadonlyMap<string, string>;
}

/** Shares the counts of minutes, as `encodeCounts` writes them, between the `MinuteCounters` of all processes. */
export interface MinuteStore {
  /** Writes minutes of this process, then reads those of all. @throws errors of the connection */
  exchange(write: readonly WrittenMinute[], read: readonly number[]): Promise<readonly StoredMinute[]>;
}

const replySchema = z.array(z.array(z.string()));

/** Counts in Redis. All keys share a slot. */
export function createMinuteStore(options: { redis: Pick<RedisConnection, 'client'>; prefix?: string }): MinuteStore {
  const { prefix = 'operations', redis } = options;
  const id = randomUUID();
  const keyOf = (minute: number) => `${prefix}:{minutes}:${minute}`;

  return {
    async exchange(write, read) {
      const keys = [...write.map(({ minute }) => keyOf(minute)), ...read.map(keyOf)];
      const values = write.map(({ counts }) => MARK + counts);
      const args = [id, String(KEPT_MS), String(write.length), ...values];
      const reply: unknown = await redis.client.eval(EXCHANGE, keys, args);
      return replySchema.parse(reply).map((flat, index) => storedMinute(read[index] ?? 0, flat, id));
    },
  };
}

function storedMinute(minute: number, flat: readonly string[], own: string): StoredMinute {
  const others = new Map<string, string>();
  for (let n = 0; n < flat.length; n += 2) {
    const [id = '', value = ''] = flat.slice(n, n + 2);
    if (id !== own) others.set(id, value.slice(MARK.length));
  }
  return { minute, others };
}

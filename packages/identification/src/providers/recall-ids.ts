import { randomInt } from 'node:crypto';
import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { RecallId } from './definition.ts';

/**
 * TTL of a recall id: longer than any outage after which people still ask, and shorter than the TTL of an answer, whose
 * reload is a new call.
 */
const KEPT_MS = 6 * 3_600_000;

/** Maximum questions in the memory of this process whose answers were lost or have not come yet. */
const MAX_IN_MEMORY = 1_000;

/** Recall ids are below this number. */
const CUSTOM_IDS = 2 ** 31;

/**
 * Time for which a number belongs to one question: longer than the answer could be mistaken for that of another question,
 * which is a day after it was made.
 */
const CLAIMED_MS = KEPT_MS + 2 * 86_400_000;

/**
 * Stores a recall id unless there is one. KEYS recall id; ARGV a new recall id, TTL in ms. Returns the id that was there,
 * or false when the new one was stored. The TTL starts again in either case.
 */
const GET_OR_CREATE = `
local kept = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], kept or ARGV[1], 'PX', ARGV[2])
return kept
`;

/** Claims a number for a question. KEYS number; ARGV question, TTL in ms. Returns 1 if the question has it now, else 0. */
const CLAIM = `
local claimed = redis.call('GET', KEYS[1])
if claimed and claimed ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** Deletes a recall id. KEYS recall id; ARGV the id. Returns 1 when it was there, 0 when there was none or another one. */
const DISCARD = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

const issued = z.object({
  customId: z
    .int()
    .min(1)
    .max(CUSTOM_IDS - 1),
  sentAt: z.number(),
});

type Issued = z.infer<typeof issued>;

/** The ids under which paid calls were sent, known to all processes before the calls are sent. */
export interface RecallIds {
  /**
   * Returns the id under which a call for `key` was sent before, else a new one. Without Redis only this process knows it.
   */
  getOrCreate(key: string): Promise<RecallId>;
  /** Ends the id of `key`: its answer is cached for all, so that the next call for `key` is a new one. */
  discard(key: string): void;
  /** Removes the id of `key` from this process: the answer of another process counts. */
  forget(key: string): void;
}

export interface RecallIdOptions {
  redis: RedisConnection;
  /** Prefix of the cache, whose keys name the ids: all keys of a question share a slot of a cluster. */
  prefix: string;
  clock: Clock;
  /** Returns a number from 1 to 2^31 - 1; random unless given. */
  randomNumber?: () => number;
}

export function createRecallIds(options: RecallIdOptions): RecallIds {
  const { clock, prefix, randomNumber = () => randomInt(1, CUSTOM_IDS) } = options;
  const { client: redis } = options.redis;
  const memory = new LRUCache<string, Issued>({ max: MAX_IN_MEMORY });
  const nameOf = (key: string): string => `${prefix}:{${key}}:ticket`;

  function inMemory(key: string): Issued | undefined {
    const recallId = memory.get(key);
    return recallId !== undefined && clock.now() - recallId.sentAt < KEPT_MS ? recallId : undefined;
  }

  /** Returns the id that another process has stored in Redis; stores ours if there is none. */
  async function shared(key: string, ours: Issued): Promise<Issued | undefined> {
    try {
      const found: unknown = await redis.eval<string[]>(
        GET_OR_CREATE,
        [nameOf(key)],
        [JSON.stringify(ours), String(KEPT_MS)],
      );
      if (found === null) return undefined;
      const parsed = issued.safeParse(found);
      if (!parsed.success) await redis.set(nameOf(key), ours, { px: KEPT_MS });
      return parsed.data;
    } catch {
      return undefined;
    }
  }

  /** Whether no other question has the number; true without Redis. */
  async function claim(customId: number, key: string): Promise<boolean> {
    const claimed = redis.eval(CLAIM, [`${prefix}:custom_id:${customId}`], [key, String(CLAIMED_MS)]);
    return claimed.then((answer) => answer === 1).catch(() => true);
  }

  async function unusedNumber(key: string): Promise<number> {
    let customId = randomNumber();
    while (!(await claim(customId, key))) customId = randomNumber();
    return customId;
  }

  return {
    async getOrCreate(key) {
      const known = inMemory(key);
      const ours = known ?? { customId: await unusedNumber(key), sentAt: clock.now() };
      const theirs = await shared(key, ours);
      const recallId = theirs ?? ours;
      memory.set(key, recallId);
      // A number that is used again is claimed for longer.
      if (recallId !== ours || known) void claim(recallId.customId, key);
      return theirs !== undefined || known !== undefined ? recallId : { customId: recallId.customId };
    },
    discard(key) {
      const recallId = memory.get(key);
      if (recallId === undefined) return;
      memory.delete(key);
      // An id that is not deleted expires; until then it costs a request, and no credit.
      redis.eval(DISCARD, [nameOf(key)], [JSON.stringify(recallId)]).catch(() => undefined);
    },
    forget: (key) => void memory.delete(key),
  };
}

import { randomInt } from 'node:crypto';
import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { RecallId } from './definition.ts';

/** Long enough for any outage after which people still ask; under the life of an answer, whose reload is a new call. */
const KEPT_MS = 6 * 3_600_000;

/** Questions of this process whose answers were lost, or are on their way. */
const MAX_HERE = 1_000;

/** Numbers are below it. */
const CUSTOM_IDS = 2 ** 31;

/** A number is one question's for longer than its answer could be taken for another's, which is a day after it was made. */
const CLAIMED_MS = KEPT_MS + 2 * 86_400_000;

/**
 * KEYS ticket; ARGV a new ticket, ms to keep it. Returns the ticket that was there, or false when the new one is now.
 * Either lives that long from now on.
 */
const TAKE = `
local kept = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], kept or ARGV[1], 'PX', ARGV[2])
return kept
`;

/** KEYS number; ARGV the question, ms to keep it. Returns 1 when the number is the question's from now on, else 0. */
const CLAIM = `
local claimed = redis.call('GET', KEYS[1])
if claimed and claimed ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** KEYS ticket; ARGV the ticket to end. Returns 1 when it was there, 0 when none or another is. */
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

/** Under which numbers paid calls have left, known to all processes before they leave. */
export interface RecallIds {
  /** The ticket under which a call for `key` has left already, else a new one. A dead Redis leaves it in this process. */
  getOrCreate(key: string): Promise<RecallId>;
  /** Its answer is kept where all can see it: the next call for `key` is another one. */
  discard(key: string): void;
  /** Somebody else's answer counts: this process has no more to ask about its own. */
  forget(key: string): void;
}

export interface RecallIdOptions {
  redis: RedisConnection;
  /** Of the cache, whose keys name the tickets: what is kept about a question shares a slot of a cluster. */
  prefix: string;
  clock: Clock;
  /** From 1 up to, but not, 2^31; any unless given. */
  randomNumber?: () => number;
}

export function createRecallIds(options: RecallIdOptions): RecallIds {
  const { clock, prefix, randomNumber = () => randomInt(1, CUSTOM_IDS) } = options;
  const { client: redis } = options.redis;
  const here = new LRUCache<string, Issued>({ max: MAX_HERE });
  const nameOf = (key: string): string => `${prefix}:{${key}}:ticket`;

  function before(key: string): Issued | undefined {
    const ticket = here.get(key);
    return ticket !== undefined && clock.now() - ticket.sentAt < KEPT_MS ? ticket : undefined;
  }

  /** What another process has left in Redis, where ours is put if there is nothing. */
  async function shared(key: string, ours: Issued): Promise<Issued | undefined> {
    try {
      const found: unknown = await redis.eval<string[]>(TAKE, [nameOf(key)], [JSON.stringify(ours), String(KEPT_MS)]);
      if (found === null) return undefined;
      const parsed = issued.safeParse(found);
      if (!parsed.success) await redis.set(nameOf(key), ours, { px: KEPT_MS });
      return parsed.data;
    } catch {
      return undefined;
    }
  }

  /** Whether no other question has the number. Nobody can say without Redis. */
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
      const mine = before(key);
      const ours = mine ?? { customId: await unusedNumber(key), sentAt: clock.now() };
      const theirs = await shared(key, ours);
      const ticket = theirs ?? ours;
      here.set(key, ticket);
      // A number that is used again is claimed for longer.
      if (ticket !== ours || mine) void claim(ticket.customId, key);
      return theirs !== undefined || mine !== undefined ? ticket : { customId: ticket.customId };
    },
    discard(key) {
      const ticket = here.get(key);
      if (ticket === undefined) return;
      here.delete(key);
      // One that stays ends by itself; until then it costs a look, and no credit.
      redis.eval(DISCARD, [nameOf(key)], [JSON.stringify(ticket)]).catch(() => undefined);
    },
    forget: (key) => void here.delete(key),
  };
}

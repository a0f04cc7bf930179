import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import { RELEASE_STEP } from '../lease/store.ts';
import type { LeaseHandle, ReleaseResult } from '../lease/types.ts';
import { decode, type Envelope, remainingMs } from './envelope.ts';

/**
 * Releases the writer's lease, if there is one, and stores a value unless another value has precedence. Both happen in
 * one step, so that a woken waiter finds the value. The lease is released first: a Redis that refuses the value keeps no
 * waiter waiting.
 * KEYS value, fence, and with a lease: lease; ARGV envelope, ms to keep it, whether the value is provisional ('1' or
 * '0'), and with a lease: owner, fence, channel, message.
 * Returns {1 when the lease was still the writer's or 0, and 1 when stored, 0 when a later holder of the lease has got a
 * fence, 2 when a better value is stored}.
 */
const FILL: string = `${RELEASE_STEP}
local wasOurs = 0
if KEYS[3] then
  wasOurs = release(KEYS[3], KEYS[2], ARGV[4], ARGV[5], ARGV[6], ARGV[7])
  local latest = redis.pcall('GET', KEYS[2])
  local fence = type(latest) == 'string' and string.match(latest, '^%d+') or 0
  if tonumber(fence) > tonumber(ARGV[5]) then return {wasOurs, 0} end
end
if ARGV[3] == '1' and redis.call('TYPE', KEYS[1]).ok == 'string' then
  local read, kept = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if read and type(kept) == 'table' and kept.yields == false then return {wasOurs, 2} end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {wasOurs, 1}
`;

/**
 * Beginning of a script: whether a value is outdated, that is missing, no envelope, or older than another envelope. A
 * provisional envelope never outdates one that is not.
 * KEYS value; ARGV the other envelope's time of writing, whether it is provisional ('1' or '0').
 */
const COMPARE_STEP = `
local function isOutdated()
  if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return true end
  local read, kept = pcall(cjson.decode, redis.call('GET', KEYS[1]))
  if not read or type(kept) ~= 'table' or type(kept.writtenAt) ~= 'number' then return true end
  return kept.writtenAt < tonumber(ARGV[1]) and not (ARGV[2] == '1' and kept.yields == false)
end
`;

/** Returns 1 when the value is outdated, else 0. */
const IS_OUTDATED: string = `${COMPARE_STEP}
return isOutdated() and 1 or 0
`;

/**
 * Restores a value that may have been lost, if the one in Redis is outdated. Checks no fence: the time of writing decides
 * which value is newer, and the holder of a lease will overwrite both.
 * KEYS, ARGV as above, then envelope, TTL in ms. Returns 1 when stored, else 0.
 */
const RESTORE: string = `${COMPARE_STEP}
if not isOutdated() then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
`;

/** `corrupt`: bytes that are no envelope. */
export type ReadResult =
  | { readonly type: 'envelope'; readonly envelope: Envelope }
  | { readonly type: 'missing' | 'corrupt' }
  | { readonly type: 'failed'; readonly error: unknown };

/** `fenced_off`: a later holder of the lease has precedence; `better_stored`: so has the non-provisional value in Redis. */
export type WriteResult = 'written' | 'fenced_off' | 'better_stored';

const WRITE_RESULTS = { 0: 'fenced_off', 1: 'written', 2: 'better_stored' } as const;

/** Envelopes in Redis, one key each, which expires when the value is not even worth keeping as stale. */
export class RedisStore {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #clock: Clock;

  constructor(redis: Redis, prefix: string, clock: Clock) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  async read(key: string): Promise<ReadResult> {
    try {
      const read = await this.#redis.get<unknown>(this.#key(key));
      if (read === null) return { type: 'missing' };
      const envelope = decode(read);
      return envelope ? { type: 'envelope', envelope } : { type: 'corrupt' };
    } catch (error) {
      return isWrongType(error) ? { type: 'corrupt' } : { type: 'failed', error };
    }
  }

  /** @param lease under which the value was loaded, if any: released in the same step */
  async write(key: string, envelope: Envelope, lease: LeaseHandle | undefined): Promise<WriteResult> {
    const ttlMs = () => Math.ceil(remainingMs(envelope, this.#clock.now()));
    if (ttlMs() <= 0) return 'written';
    const name = this.#key(key);
    if (!lease && !envelope.yields) {
      await this.#redis.set(name, envelope, { px: ttlMs() });
      return 'written';
    }
    const text = JSON.stringify(envelope);
    const fill = async (keys: readonly string[], args: readonly string[]): Promise<ReleaseResult<WriteResult>> => {
      // A retry after an outage of Redis has less time left.
      const value = [text, String(Math.max(1, ttlMs())), envelope.yields ? '1' : '0'];
      const [wasOurs, written] = await this.#redis.eval<string[], [0 | 1, 0 | 1 | 2]>(
        FILL,
        [name, ...keys],
        [...value, ...args],
      );
      return { wasOurs: wasOurs === 1, result: WRITE_RESULTS[written] };
    };
    if (!lease) return (await fill([], [])).result;
    return lease.releaseWith(({ keys: [lock, fence], args }) => fill([fence, lock], args), Buffer.byteLength(text));
  }

  /** Returns the keys whose values in Redis the given envelopes outdate. @throws what the connection throws */
  async outdated(envelopes: ReadonlyMap<string, Envelope>): Promise<string[]> {
    if (envelopes.size === 0) return [];
    const pipeline = this.#redis.pipeline();
    for (const [key, envelope] of envelopes) pipeline.eval(IS_OUTDATED, [this.#key(key)], comparedBy(envelope));
    const outdated = await pipeline.exec<number[]>();
    return [...envelopes.keys()].filter((_key, at) => outdated[at] === 1);
  }

  /**
   * Restores a value that may have been lost, unless Redis has a newer or better one.
   * @returns the number of bytes written, 0 for none @throws what the connection throws
   */
  async restore(key: string, envelope: Envelope, maxBytes: number): Promise<number> {
    const ttlMs = Math.ceil(remainingMs(envelope, this.#clock.now()));
    const text = JSON.stringify(envelope);
    const bytes = Buffer.byteLength(text);
    if (ttlMs <= 0 || bytes > maxBytes) return 0;
    const args = [...comparedBy(envelope), text, String(ttlMs)];
    return (await this.#redis.eval<string[], 0 | 1>(RESTORE, [this.#key(key)], args)) === 1 ? bytes : 0;
  }

  /** The braces put the value and the keys of its lease in one slot of a cluster. */
  #key(key: string): string {
    return `${this.#prefix}:{${key}}:value`;
  }
}

/** Returns the arguments of COMPARE_STEP. */
function comparedBy({ writtenAt, yields }: Envelope): string[] {
  return [String(writtenAt), yields ? '1' : '0'];
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}

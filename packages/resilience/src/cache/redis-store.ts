import type { Redis } from '@upstash/redis';
import type { Clock } from '../clock.ts';
import type { LeaseHandle, ReleaseResult } from '../lease/types.ts';
import { decode, type Envelope, keepMs } from './envelope.ts';
import { FILL, RESTORE } from './fill-script.ts';

/** What Redis had to say about a key; `corrupt`: bytes that are no envelope of ours. */
export type ReadResult =
  | { readonly type: 'envelope'; readonly envelope: Envelope }
  | { readonly type: 'missing' | 'corrupt' }
  | { readonly type: 'failed'; readonly error: unknown };

/** `overtaken`: a later holder of the lease has the say; `better`: a value that does not yield is kept. */
export type WriteResult = 'written' | 'fenced_off' | 'better_stored';

const WRITE_RESULTS = { 0: 'fenced_off', 1: 'written', 2: 'better_stored' } as const;

/** Envelopes in Redis, one key each, which expires when not even a stale value is worth keeping. */
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

  /** @param held the lease under which the value was made, if any: ends in the same step */
  async write(key: string, envelope: Envelope, held: LeaseHandle | undefined): Promise<WriteResult> {
    const leftMs = () => Math.ceil(keepMs(envelope, this.#clock.now()));
    if (leftMs() <= 0) return 'written';
    const name = this.#key(key);
    if (!held && !envelope.yields) {
      await this.#redis.set(name, envelope, { px: leftMs() });
      return 'written';
    }
    const text = JSON.stringify(envelope);
    const fill = async (keys: readonly string[], args: readonly string[]): Promise<ReleaseResult<WriteResult>> => {
      // Redis may have been away since.
      const value = [text, String(Math.max(1, leftMs())), envelope.yields ? '1' : '0'];
      const [wasOurs, written] = await this.#redis.eval<string[], [0 | 1, 0 | 1 | 2]>(
        FILL,
        [name, ...keys],
        [...value, ...args],
      );
      return { wasOurs: wasOurs === 1, result: WRITE_RESULTS[written] };
    };
    if (!held) return (await fill([], [])).result;
    return held.releaseWith(({ keys: [lease, fence], args }) => fill([fence, lease], args), text.length);
  }

  /** Returns the keys that are not in Redis. @throws what the connection throws */
  async missing(keys: readonly string[]): Promise<string[]> {
    const pipeline = this.#redis.pipeline();
    for (const key of keys) pipeline.exists(this.#key(key));
    const found = await pipeline.exec<number[]>();
    return keys.filter((_key, at) => found[at] === 0);
  }

  /**
   * Writes back a value that may have been lost, unless a newer or better one exists.
   * @returns the number of bytes written, 0 for none @throws what the connection throws
   */
  async restore(key: string, envelope: Envelope, mostBytes: number): Promise<number> {
    const leftMs = Math.ceil(keepMs(envelope, this.#clock.now()));
    const text = JSON.stringify(envelope);
    if (leftMs <= 0 || text.length > mostBytes) return 0;
    const args = [text, String(leftMs), String(envelope.writtenAt), envelope.yields ? '1' : '0'];
    return (await this.#redis.eval<string[], 0 | 1>(RESTORE, [this.#key(key)], args)) === 1 ? text.length : 0;
  }

  /** As leases name their keys: what is kept about an entity shares its slot of a cluster. */
  #key(key: string): string {
    return `${this.#prefix}:{${key}}:value`;
  }
}

function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}

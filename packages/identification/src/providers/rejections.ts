import { hash } from 'node:crypto';
import { type Clock, createSingleFlight, type RedisConnection } from '@plantcommunity/resilience';
import { LRUCache } from 'lru-cache';
import { type IdentifyOptions, REJECTABLE_PARTS, type RejectedPart } from '../types.ts';
import type { ProviderClient } from './definition.ts';
import { ProviderError } from './provider-error.ts';

/** TTL of a rejection: stops immediate retries, but soon notices when the provider begins to accept the request. */
const KEPT_MS = 5 * 60_000;

/** Maximum rejections in memory: a few hundred bytes each. */
const MAX_HERE = 1_000;

/** A question as it is sent to one provider. */
interface AskedQuestion {
  /** Its cache key. */
  readonly key: string;
  readonly options: IdentifyOptions;
  readonly photos: number;
}

/** Caches what one provider has rejected, for all processes and some minutes (a negative cache). */
export interface Rejections {
  /** Returns the part of the question that is known to be rejected, without calling the provider. Never throws. */
  find(question: AskedQuestion): Promise<RejectedPart | undefined>;
  /**
   * Runs `ask` unless the question is known to be rejected. Caches a rejection for every question with the same part.
   * @throws {ProviderError} `rejected` without running `ask`; otherwise what `ask` throws
   */
  guard<T>(question: AskedQuestion, ask: () => Promise<T>): Promise<T>;
}

export interface RejectionOptions {
  client: Pick<ProviderClient, 'name' | 'origin' | 'rejects'>;
  redis: RedisConnection;
  clock: Clock;
  /** First part of the keys in Redis. */
  prefix: string;
  /** Aborts when the process ends. */
  closing: AbortSignal;
}

export function createRejections(options: RejectionOptions): Rejections {
  const { clock, closing, prefix, client, redis } = options;
  /** Requests for the same photo at the same time share a look-up. */
  const lookups = createSingleFlight();
  const here = new LRUCache<string, { rejected: RejectedPart; until: number }>({ max: MAX_HERE });
  // The provider is the hash tag, so that all keys of a question share a slot of a cluster. The key contains the
  // origin: the real service may accept what a simulator rejects.
  const nameOf = (part: readonly unknown[]): string =>
    `${prefix}:{${client.name}}:${hash('sha256', JSON.stringify([client.origin, ...part]))}`;

  function findHere(names: readonly string[]): RejectedPart | undefined {
    const now = clock.monotonic();
    return names.map((name) => here.get(name)).find((kept) => kept !== undefined && kept.until > now)?.rejected;
  }

  async function findShared(names: readonly string[]): Promise<RejectedPart | undefined> {
    if (!redis.isReady()) return undefined;
    try {
      const found = await redis.client.mget<unknown[]>(...names);
      return found.flatMap((value) => REJECTABLE_PARTS.find((known) => known === value) ?? [])[0];
    } catch {
      return undefined;
    }
  }

  async function find(question: AskedQuestion): Promise<RejectedPart | undefined> {
    const names = partsOf(question).map(({ part }) => nameOf(part));
    const known = findHere(names) ?? (await client.rejects?.(question.options, closing));
    return known ?? (await lookups.run(question.key, () => findShared(names))).value;
  }

  function keep(question: AskedQuestion, rejected: RejectedPart): void {
    const { part } = partsOf(question).find(({ rejects }) => rejects.includes(rejected)) ?? wholeOf(question);
    const name = nameOf(part);
    here.set(name, { rejected, until: clock.monotonic() + KEPT_MS });
    redis.client.set(name, rejected, { px: KEPT_MS }).catch(() => undefined);
  }

  return {
    find,
    async guard(question, ask) {
      const known = await find(question);
      if (known !== undefined) {
        throw new ProviderError(client.name, 'rejected', `known to reject the ${known}`, { rejected: known });
      }
      try {
        return await ask();
      } catch (error) {
        if (error instanceof ProviderError && error.rejected !== undefined) keep(question, error.rejected);
        throw error;
      }
    },
  };
}

/** A part of a question, with the kinds of rejection that hold for every question with the same part. */
interface Part {
  readonly rejects: readonly RejectedPart[];
  readonly part: readonly unknown[];
}

function partsOf(question: AskedQuestion): readonly Part[] {
  const { location, organs, project } = question.options;
  return [
    ...(project === undefined ? [] : [{ rejects: ['project'], part: ['project', project] } satisfies Part]),
    ...(organs.length === 0 ? [] : [{ rejects: ['organs'], part: ['organs', organs, question.photos] } satisfies Part]),
    ...(location === undefined
      ? []
      : [{ rejects: ['location'], part: ['location', location.latitude, location.longitude] } satisfies Part]),
    wholeOf(question),
  ];
}

/** Returns the whole question: for rejected photos, and for rejections without a named part. */
function wholeOf({ key }: AskedQuestion): Part {
  return { rejects: ['image', 'request'], part: ['question', key] };
}

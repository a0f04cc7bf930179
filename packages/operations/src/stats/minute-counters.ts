import type { AnswerType, ProviderCall, ProviderName } from '@plantcommunity/identification';
import type { Cancel, Clock, LeaseEvent, RedisConnection, Unsubscribe } from '@plantcommunity/resilience';
import { MINUTE_MS } from '../durations.ts';
import {
  addCounts,
  decodeCounts,
  encodeCounts,
  type LookupResult,
  type MinuteCounts,
  noCounts,
  type RateTier,
} from './minute-counts.ts';
import type { MinuteStore, StoredMinute } from './minute-store.ts';
import { MINUTES, OwnMinutes } from './own-minutes.ts';

/** Interval at which a process writes what it counted. */
const WRITE_EVERY_MS = 2_000;
/** The same while a listener follows the counts of all processes. */
const FOLLOW_EVERY_MS = 1_000;
/** Age up to which counts of the other processes are not read again. */
const READ_AGE_MS = 1_000;
/** Interval at which the whole hour is read: a process without Redis writes minutes late. In between only the last two. */
const WHOLE_EVERY_MS = MINUTE_MS;

/** What happened in one minute, in all processes; `at` in milliseconds since 1970. */
export interface CountedMinute {
  at: number;
  counts: MinuteCounts;
}

export interface MinuteCountersOptions {
  store: MinuteStore;
  redis: Pick<RedisConnection, 'isReady' | 'onDataLoss' | 'subscribe'>;
  /** Providers whose counts are read. */
  providers: readonly ProviderName[];
  clock: Clock;
}

/**
 * Counts what happens, by minute, over all processes. Each process counts in memory (`OwnMinutes`) and writes its own
 * counts of a minute (`MinuteCounts`) to Redis (`MinuteStore`); the counts of all are added up where they are read. A process that ends leaves its minutes behind.
 * Without Redis the counts are those of this process, and are written once Redis is back. Minutes are those of each
 * process' own clock.
 */
export class MinuteCounters {
  readonly #options: MinuteCountersOptions;
  readonly #own: OwnMinutes;
  /** Counts of the other processes by minute: as they were read, and added up. */
  readonly #others = new Map<number, { read: ReadonlyMap<string, string>; counts: MinuteCounts }>();
  readonly #followers = new Set<() => void>();
  readonly #stopListening: readonly Unsubscribe[];
  #exchange: { reads: boolean; end: Promise<void> } | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #wholeReadAt = Number.NEGATIVE_INFINITY;
  #cancelNext: Cancel | undefined;
  /** Own records that followers know of. */
  #notifiedRecords = 0;
  #isClosed = false;

  constructor(options: MinuteCountersOptions) {
    this.#options = options;
    this.#own = new OwnMinutes(options.clock);
    const { redis } = options;
    const writeAgain = () => this.#own.markChanged();
    // A Redis that was restarted soon after this process has started is not known to have lost data.
    this.#stopListening = [
      redis.onDataLoss(writeAgain),
      redis.subscribe(({ type }) => {
        if (type === 'ready') writeAgain();
      }),
    ];
  }

  recordCall(call: ProviderCall): void {
    this.#own.recordCall(call);
  }

  recordAnswer(type: AnswerType): void {
    this.#own.recordAnswer(type);
  }

  recordLookup(result: LookupResult): void {
    this.#own.recordLookup(result);
  }

  recordLease(provider: ProviderName, event: LeaseEvent): void {
    this.#own.recordLease(provider, event);
  }

  /** Records a counted failure; `failCount`: failures in a row. */
  recordFailure(provider: ProviderName, failCount: number): void {
    this.#own.recordFailure(provider, failCount);
  }

  /** Records a call that was answered with 429. */
  recordRefusal(tier: RateTier): void {
    this.#own.recordRefusal(tier);
  }

  recordResponse(status: number): void {
    this.#own.recordResponse(status);
  }

  /** Starts to write what this process counts. */
  start(): void {
    this.#schedule();
  }

  /**
   * Returns the last minutes of all processes, at most 60, oldest first, the running one included. Those of the other
   * processes are about a second old. Never rejects: without Redis they are left out.
   */
  async last(count: number = MINUTES): Promise<readonly CountedMinute[]> {
    const { clock } = this.#options;
    if (clock.monotonic() - this.#readAt > READ_AGE_MS) await this.#exchangeOnce(true);
    const hasOthers = this.#options.redis.isReady();
    const first = this.#minuteNow() - count + 1;
    return Array.from({ length: count }, (_, index) => {
      const counts = noCounts();
      const others = hasOthers ? this.#others.get(first + index)?.counts : undefined;
      for (const part of [this.#own.get(first + index), others]) if (part !== undefined) addCounts(counts, part);
      return { at: (first + index) * MINUTE_MS, counts };
    });
  }

  /** Calls `listener` about once a second while counts change, in any process; these are read in that time. */
  follow(listener: () => void): Unsubscribe {
    this.#followers.add(listener);
    if (this.#followers.size === 1 && this.#cancelNext !== undefined) this.#schedule();
    return () => this.#followers.delete(listener);
  }

  /** Writes what was counted last. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelNext?.();
    for (const stop of this.#stopListening) stop();
    await this.#exchange?.end;
    await this.#exchangeOnce(false);
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#cancelNext?.();
    const ms = this.#followers.size > 0 ? FOLLOW_EVERY_MS : WRITE_EVERY_MS;
    this.#cancelNext = this.#options.clock.setTimeout(() => void this.#tick(), ms);
  }

  async #tick(): Promise<void> {
    this.#schedule();
    const isFollowed = this.#followers.size > 0;
    if (!isFollowed && !this.#own.hasChanged) return;
    const before = [...this.#others.values()];
    await this.#exchangeOnce(isFollowed);
    const after = [...this.#others.values()];
    const { records } = this.#own;
    const areOthersNew = after.length !== before.length || after.some((each, n) => each !== before[n]);
    const isChanged = areOthersNew || records !== this.#notifiedRecords;
    this.#notifiedRecords = records;
    if (isChanged) for (const listener of this.#followers) listener();
  }

  /** Exchanges counts with Redis; callers at the same time share one exchange. Never rejects. */
  async #exchangeOnce(reads: boolean): Promise<void> {
    if (reads && this.#exchange?.reads === false) await this.#exchange.end;
    this.#exchange ??= {
      reads,
      end: this.#exchangeNow(reads).finally(() => {
        this.#exchange = undefined;
      }),
    };
    await this.#exchange.end;
  }

  async #exchangeNow(reads: boolean): Promise<void> {
    const { clock, redis, store } = this.#options;
    if (!redis.isReady()) return;
    const changed = this.#own.takeChanged();
    const write = changed.flatMap((minute) => {
      const counts = this.#own.get(minute);
      return counts === undefined ? [] : [{ minute, counts: encodeCounts(counts) }];
    });
    const startedAt = clock.monotonic();
    const isWhole = startedAt - this.#wholeReadAt >= WHOLE_EVERY_MS;
    const now = this.#minuteNow();
    const read = reads ? Array.from({ length: isWhole ? MINUTES : 2 }, (_, ago) => now - ago) : [];
    try {
      const stored = await store.exchange(write, read);
      if (!reads) return;
      for (const minute of stored) this.#keep(minute);
      for (const minute of this.#others.keys()) if (minute <= now - MINUTES) this.#others.delete(minute);
      this.#readAt = startedAt;
      if (isWhole) this.#wholeReadAt = startedAt;
    } catch {
      // The counts are written again with the next exchange; a repeated write changes nothing.
      this.#own.markChanged(changed);
    }
  }

  /** Counts that are no longer there stay known: Redis lost them, and their process may have ended. */
  #keep({ minute, others }: StoredMinute): void {
    const known = this.#others.get(minute)?.read ?? new Map<string, string>();
    if ([...others].every(([id, value]) => known.get(id) === value)) return;
    const read = new Map([...known, ...others]);
    const counts = noCounts();
    for (const value of read.values()) {
      const decoded = decodeCounts(value, this.#options.providers);
      if (decoded !== undefined) addCounts(counts, decoded);
    }
    this.#others.set(minute, { read, counts });
  }

  #minuteNow(): number {
    return Math.floor(this.#options.clock.now() / MINUTE_MS);
  }
}

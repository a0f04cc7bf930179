import type { Clock, RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import type { MergedResult, ProviderName, ProviderStatus } from '../types.ts';

/** A step of a request, for the page that waits; `at` is milliseconds since the request was received. */
export type ProgressEvent =
  | { type: 'received'; at: number; photos: number }
  /** The photos are normalized, or were already. */
  | { type: 'read'; at: number }
  /** `usualMs` and `slowMs`: p50 and p95 of the provider's recent calls, when known. */
  | { type: 'asking'; at: number; provider: ProviderName; usualMs?: number; slowMs?: number }
  /** `verdict`: the answers so far, merged. */
  | { type: 'answered'; at: number; provider: ProviderName; verdict: MergedResult }
  /** `retryAfterMs`: when the provider may be asked again, if known. */
  | { type: 'unanswered'; at: number; provider: ProviderName; status: ProviderStatus; retryAfterMs?: number }
  | { type: 'comparing'; at: number }
  | { type: 'done'; at: number; ok: boolean };

/** How long a finished request can still be followed. */
const KEPT_AFTER_DONE_MS = 60_000;

/** How long a follower waits for a request that has not arrived. */
const ARRIVAL_TIMEOUT_MS = 120_000;

/** Above this many requests at once the oldest can no longer be followed; they are answered all the same. */
const MAX_RECORDS = 2_000;

/** Anonymous requests have no owner; every caller that knows their id may follow them. */
type Owner = string | undefined;
export type EmitProgress = (event: ProgressEvent) => void;

/** Passes the progress of requests to those who follow them, also at other instances. */
export interface ProgressHub {
  /** Opens the record of a request that has arrived. Returns the function that adds an event to it. */
  start(requestId: string, owner: Owner): EmitProgress;
  /** Yields all events from the first one on; ends after `done`, and at once for a request of another owner. */
  follow(requestId: string, viewer: Owner, signal: AbortSignal): AsyncGenerator<ProgressEvent, void>;
}

interface ProgressRecord {
  owner: Owner;
  events: ProgressEvent[];
}

/** Creates the hub. Requests of this process are followed in memory, those of other processes through Redis. */
export function createProgressHub({ redis, clock }: { redis: RedisConnection; clock: Clock }): ProgressHub {
  const records = new Map<string, ProgressRecord>();
  const relay = createProgressRelay(redis);
  const followers = new Map<string, Set<() => void>>();

  const notify = (requestId: string): void => {
    for (const wake of followers.get(requestId) ?? []) wake();
  };

  /** Resolves at the next change of a request of this process, after `ms`, or when the follower leaves. */
  function nextChange(requestId: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = followers.get(requestId) ?? new Set();
      followers.set(requestId, waiting);
      const settle = () => {
        cancelTimer();
        signal.removeEventListener('abort', settle);
        waiting.delete(settle);
        if (waiting.size === 0) followers.delete(requestId);
        resolve();
      };
      const cancelTimer = clock.setTimeout(settle, ms);
      waiting.add(settle);
      signal.addEventListener('abort', settle, { once: true });
      if (signal.aborted) settle();
    });
  }

  return {
    start(requestId, owner) {
      const record: ProgressRecord = { owner, events: [] };
      records.set(requestId, record);
      if (records.size > MAX_RECORDS) records.delete(records.keys().next().value ?? '');
      relay.open(requestId, owner);
      const forget = () => {
        if (records.get(requestId) === record) records.delete(requestId);
      };
      return (event) => {
        record.events.push(event);
        relay.add(requestId, event);
        if (event.type === 'done') clock.setTimeout(forget, KEPT_AFTER_DONE_MS);
        notify(requestId);
      };
    },

    async *follow(requestId, viewer, signal) {
      const deadline = clock.monotonic() + ARRIVAL_TIMEOUT_MS;
      let sent = 0;
      for (let round = 0; !signal.aborted && clock.monotonic() < deadline; round += 1) {
        const local = records.get(requestId);
        const record = local ?? (await relay.read(requestId));
        if (record !== undefined && record.owner !== undefined && record.owner !== viewer) return;
        for (const event of record?.events.slice(sent) ?? []) {
          sent += 1;
          yield event;
          if (event.type === 'done') return;
        }
        // A change in memory wakes the follower; a request of another process is polled, less and less often.
        if (records.get(requestId)?.events.length === sent || local === undefined) {
          await nextChange(requestId, local === undefined ? relay.pollMs(round) : KEPT_AFTER_DONE_MS, signal);
        }
      }
    },
  };
}

/** TTL of a request's record in Redis: longer than its deadline (65 s at most) and the minute after its answer. */
const RECORD_TTL_MS = 120_000;
const POLL_MS = 150;
const MAX_POLL_MS = 1_000;

const header = z.object({ owner: z.string().nullable() });

/** Only instances of this product write under these keys, and only through `add`. */
const isEvent = (entry: object): entry is ProgressEvent => 'type' in entry;

/** Carries the progress of one instance's requests to followers at another one, through a Redis list. */
interface ProgressRelay {
  open(requestId: string, owner: Owner): void;
  add(requestId: string, event: ProgressEvent): void;
  /** Returns undefined while no instance has opened the record, and while Redis is unavailable. */
  read(requestId: string): Promise<ProgressRecord | undefined>;
  /** Returns how long to wait after the nth read. */
  pollMs(round: number): number;
}

function createProgressRelay(connection: RedisConnection): ProgressRelay {
  const key = (requestId: string): string => `progress:{${requestId}}`;
  // One promise chain per request keeps its events in order. Without Redis the events are dropped.
  const sending = new Map<string, Promise<unknown>>();

  function push(requestId: string, entry: object, isNew = false): void {
    if (!connection.isReady()) return;
    const before = sending.get(requestId) ?? Promise.resolve();
    const sent = before
      .then(() => {
        const commands = connection.client.pipeline();
        // An id that is used again shows its last request only.
        if (isNew) commands.del(key(requestId));
        const ttlMs = 'type' in entry && entry.type === 'done' ? KEPT_AFTER_DONE_MS : RECORD_TTL_MS;
        return commands.rpush(key(requestId), entry).pexpire(key(requestId), ttlMs).exec();
      })
      .catch(() => undefined)
      .finally(() => {
        if (sending.get(requestId) === sent) sending.delete(requestId);
      });
    sending.set(requestId, sent);
  }

  return {
    open(requestId, owner) {
      push(requestId, { owner: owner ?? null }, true);
    },
    add: (requestId, event) => push(requestId, event),
    async read(requestId) {
      if (!connection.isReady()) return undefined;
      try {
        const [first, ...events] = await connection.client.lrange<object>(key(requestId), 0, -1);
        const parsed = header.safeParse(first);
        return parsed.success ? { owner: parsed.data.owner ?? undefined, events: events.filter(isEvent) } : undefined;
      } catch {
        return undefined;
      }
    },
    pollMs: (round) => Math.min(POLL_MS * 1.2 ** round, MAX_POLL_MS),
  };
}

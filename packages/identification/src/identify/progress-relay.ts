import type { RedisConnection } from '@plantcommunity/resilience';
import { z } from 'zod';
import type { ProgressEvent } from '../progress.ts';

/** TTL of a request's record: longer than its deadline (65 s at most) and the minute after its answer. */
const KEPT_MS = 120_000;
const KEPT_AFTER_DONE_MS = 60_000;
const POLL_MS = 150;
const MAX_POLL_MS = 1_000;

const header = z.object({ owner: z.string().nullable() });

/** Only instances of this product write under these keys, and only through `add`. */
const isEvent = (entry: object): entry is ProgressEvent => 'type' in entry;

/** Carries the progress of one instance's requests to those who follow them at another, through a Redis list. */
export interface ProgressRelay {
  open(requestId: string, owner: string | undefined): void;
  add(requestId: string, event: ProgressEvent): void;
  /** Undefined while nobody has opened it, and while Redis is away. */
  read(requestId: string): Promise<{ owner: string | undefined; events: ProgressEvent[] } | undefined>;
  /** How long to wait after the nth look. */
  pollMs(round: number): number;
}

export function createProgressRelay(connection: RedisConnection): ProgressRelay {
  const key = (requestId: string): string => `progress:{${requestId}}`;
  // One chain a request keeps its events in order; progress is a courtesy, so a dead Redis only silences it.
  const sending = new Map<string, Promise<unknown>>();

  function push(requestId: string, entry: object, isNew = false): void {
    if (!connection.isReady()) return;
    const before = sending.get(requestId) ?? Promise.resolve();
    const sent = before
      .then(() => {
        const commands = connection.client.pipeline();
        // An id that is used again tells of its last request only.
        if (isNew) commands.del(key(requestId));
        const keptMs = 'type' in entry && entry.type === 'done' ? KEPT_AFTER_DONE_MS : KEPT_MS;
        return commands.rpush(key(requestId), entry).pexpire(key(requestId), keptMs).exec();
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

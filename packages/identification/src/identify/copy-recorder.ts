import { isDatabaseUnavailable } from '@plantcommunity/db';
import type { Cancel, Clock, Lifetime } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from '../providers/definition.ts';
import type { Store } from '../store/store.ts';
import type { ProviderCopy } from '../store/types.ts';
import type { ProviderAnswer } from '../types.ts';

/** Time after the end of a cached answer in which a request that has read it may still save it. */
const COPY_MARGIN_MS = 3_600_000;

/** Pause after a failed try to record copies. */
const RETRY_MS = 30_000;

/** Returns the time until which a cached answer that is given now may refer to the copy at its provider. */
export function copyKeptUntil(clock: Clock, { staleMs, ttlMs }: Lifetime): number {
  return clock.now() + (staleMs ?? ttlMs) + COPY_MARGIN_MS;
}

/** Records what providers keep of the answers of this process, so that it is deleted there once nothing refers to it. */
export interface CopyRecorder {
  /** Records the copy of an answer that has just come, in the background. */
  record(client: Pick<ProviderClient, 'name' | 'origin'>, answer: Pick<ProviderAnswer, 'copyToken'>): void;
  /** Tries to record the copies that wait; resolves after the try. Never rejects. */
  settled(): Promise<void>;
  /** Stops the tries. */
  close(): void;
}

/**
 * Creates a recorder that knows of every answer of a provider, whether an identification of it is saved or not: the caller
 * may have left, have no account, or the save may fail. Copies that cannot be recorded while the database is unavailable are
 * kept in memory and tried again, so they are lost only if the process ends before the database is back.
 */
export function createCopyRecorder(parts: {
  store: Pick<Store, 'recordCopies'>;
  /** Of cached answers. */
  lifetime: Lifetime;
  clock: Clock;
  logger: Logger;
}): CopyRecorder {
  const { clock, lifetime, logger, store } = parts;
  const waiting = new Set<ProviderCopy>();
  let running: Promise<void> | undefined;
  let cancelRetry: Cancel | undefined;
  let isClosed = false;

  /** Records all that waits, one try at a time. */
  function flush(): Promise<void> {
    cancelRetry?.();
    cancelRetry = undefined;
    // It begins once `running` is set, and takes that back itself.
    running ??= Promise.resolve().then(tryAll);
    return running;
  }

  async function tryAll(): Promise<void> {
    try {
      while (waiting.size > 0) {
        const copies = [...waiting];
        // oxlint-disable-next-line no-await-in-loop -- what came meanwhile is recorded afterwards
        await store.recordCopies(copies);
        for (const copy of copies) waiting.delete(copy);
      }
    } catch (error) {
      // The health gate logs once that the database is unavailable.
      if (!isDatabaseUnavailable(error)) logger.error({ err: error }, 'Copies at a provider could not be recorded');
      if (!isClosed) cancelRetry = clock.setTimeout(() => void flush(), RETRY_MS);
    }
    // In the same step: what comes after the last look begins a try of its own.
    running = undefined;
  }

  return {
    record({ name: provider, origin }, { copyToken: token }) {
      if (token === undefined) return;
      waiting.add({ provider, origin, token, keptUntil: copyKeptUntil(clock, lifetime) });
      // While the database is unavailable, the next try records this one, too.
      if (cancelRetry === undefined) void flush();
    },
    async settled() {
      await running;
      if (waiting.size > 0) await flush();
    },
    close() {
      isClosed = true;
      cancelRetry?.();
    },
  };
}

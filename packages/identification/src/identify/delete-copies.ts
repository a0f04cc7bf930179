import type { Circuit } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from '../providers/definition.ts';
import { failureOf } from '../providers/provider-error.ts';
import type { UnusedCopies } from '../store/provider-copies.ts';

/** What a run has done. */
export interface CopyDeletion {
  readonly deleted: number;
  /** Number of copies that wait for a later run. */
  readonly waiting: number;
  /** Since when the longest failing one has failed, in milliseconds since 1970. */
  readonly failingSince?: number;
}

/** A provider that is asked to delete copies. */
interface CopyKeeper {
  readonly client: Pick<ProviderClient, 'name' | 'origin' | 'deleteCopy'>;
  readonly circuit: { snapshot(): Pick<ReturnType<Circuit['snapshot']>, 'state'> };
  readonly access: { isRefused(): boolean };
}

/** Copies that one run deletes at most of a provider: some minutes of requests, one after the other. */
const MAX_COPIES = 500;
/** After so many failures in succession a run asks the provider no more. */
const MAX_FAILURES = 3;

/**
 * Creates the function that deletes what providers keep of identifications to which nothing refers any more. A provider
 * whose circuit is not closed, or that rejects our key, is not asked; a failed try is repeated by a later run. The requests
 * cost nothing, and their failures do not count in the circuit: it judges identifications.
 */
export function createCopyDeletion(parts: {
  copies: UnusedCopies;
  providers: readonly CopyKeeper[];
  logger: Logger;
}): (signal: AbortSignal) => Promise<CopyDeletion> {
  const { copies, logger, providers } = parts;

  async function deleteAt({ access, circuit, client }: CopyKeeper, signal: AbortSignal): Promise<number> {
    let deleted = 0;
    let failures = 0;
    if (client.deleteCopy === undefined || access.isRefused() || circuit.snapshot().state !== 'closed') return deleted;
    for (const { id, token } of await copies.due({ provider: client.name, origin: client.origin }, MAX_COPIES)) {
      signal.throwIfAborted();
      try {
        await client.deleteCopy(token, signal);
        await copies.remove(id);
        deleted += 1;
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        await copies.postpone(id);
        logger.warn(
          { provider: client.name, failure: failureOf(error), err: error },
          'A provider did not delete the copy of an identification; it is asked again later',
        );
        failures += 1;
        if (failures === MAX_FAILURES) break;
      }
    }
    return deleted;
  }

  return async (signal) => {
    let deleted = 0;
    for (const provider of providers) deleted += await deleteAt(provider, signal);
    await copies.removeExpired();
    return { deleted, ...(await copies.state()) };
  };
}

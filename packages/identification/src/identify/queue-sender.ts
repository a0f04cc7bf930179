import type { Circuit } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from '../providers/definition.ts';
import { failureOf } from '../providers/provider-error.ts';
import type { QueueState, RequestQueue } from '../store/request-queue.ts';

/** What a run has done, and what it has left. */
export interface QueueRun extends QueueState {
  /** Number of requests that providers accepted. */
  readonly done: number;
}

/** A provider that is asked, with what tells whether it may be. */
export interface QueueProvider<Capability extends keyof ProviderClient> {
  readonly client: Pick<ProviderClient, 'name' | 'origin' | Capability>;
  readonly circuit: { snapshot(): Pick<ReturnType<Circuit['snapshot']>, 'state'> };
  readonly access: { isRefused(): boolean };
}

/** Requests that one run sends at most to a provider: some minutes of requests, one after the other. */
const MAX_REQUESTS = 500;
/** After so many failures in succession a run asks the provider no more. */
const MAX_FAILURES = 3;

/**
 * Creates the function that sends the requests of a queue. A provider whose circuit is not closed, or that rejects our key,
 * is not asked; a failed try is repeated by a later run. The requests cost nothing, and their failures do not count in the
 * circuit: it judges identifications.
 */
export function createQueueSender<Request, Capability extends keyof ProviderClient>(parts: {
  queue: RequestQueue<Request>;
  providers: readonly QueueProvider<Capability>[];
  /** Returns the function that sends a request to a provider; undefined for a provider that takes none. */
  senderFor: (
    client: QueueProvider<Capability>['client'],
  ) => ((request: Request, signal: AbortSignal) => Promise<void>) | undefined;
  /** Line of the log for a failed try. */
  failureText: string;
  logger: Logger;
}): (signal: AbortSignal) => Promise<QueueRun> {
  const { failureText, logger, providers, queue, senderFor } = parts;

  async function sendTo({ access, circuit, client }: QueueProvider<Capability>, signal: AbortSignal): Promise<number> {
    const { name: provider, origin } = client;
    const send = senderFor(client);
    let done = 0;
    let failures = 0;
    if (send === undefined || access.isRefused() || circuit.snapshot().state !== 'closed') return done;
    for (const request of await queue.due({ provider, origin }, MAX_REQUESTS)) {
      signal.throwIfAborted();
      try {
        await send(request, signal);
        await queue.complete(request);
        done += 1;
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        await queue.postpone(request);
        logger.warn({ provider, failure: failureOf(error), err: error }, failureText);
        failures += 1;
        if (failures === MAX_FAILURES) break;
      }
    }
    return done;
  }

  return async (signal) => {
    let done = 0;
    for (const provider of providers) done += await sendTo(provider, signal);
    await queue.removeExpired();
    return { done, ...(await queue.state()) };
  };
}

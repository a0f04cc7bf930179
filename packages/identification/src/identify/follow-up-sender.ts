import type { Circuit } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderClient } from '../providers/definition.ts';
import { failureOf } from '../providers/provider-error.ts';
import type { FollowUpQueue, FollowUpState } from '../store/follow-up-queue.ts';

/** What one run of a job has sent, and what is left in its queue. */
export interface FollowUpRun extends FollowUpState {
  /** Number of follow-ups that providers accepted. */
  readonly done: number;
}

/** A provider to which follow-ups are sent, and the states that say whether it may be asked now. */
export interface FollowUpProvider<Capability extends keyof ProviderClient> {
  readonly client: Pick<ProviderClient, 'name' | 'origin' | Capability>;
  readonly circuit: { snapshot(): Pick<ReturnType<Circuit['snapshot']>, 'state'> };
  readonly access: { isRefused(): boolean };
}

/** Maximum number of follow-ups that one run sends to a provider. They are sent one after the other, in some minutes. */
const MAX_FOLLOW_UPS = 500;
/** Number of failures in succession after which a run stops asking a provider. */
const MAX_FAILURES = 3;

/**
 * Creates the function that sends the follow-ups of a queue. A provider whose circuit is not closed, or that rejects our key,
 * is not asked. A later run repeats what failed. Follow-ups cost nothing, and their failures do not count in the circuit:
 * it is there for identifications.
 */
export function createFollowUpSender<FollowUp, Capability extends keyof ProviderClient>(parts: {
  queue: FollowUpQueue<FollowUp>;
  providers: readonly FollowUpProvider<Capability>[];
  /** Returns the function that sends a follow-up to a provider; undefined for a provider that takes none. */
  senderFor: (
    client: FollowUpProvider<Capability>['client'],
  ) => ((followUp: FollowUp, signal: AbortSignal) => Promise<void>) | undefined;
  /** Message that is logged for a failed try. */
  failureText: string;
  logger: Logger;
}): (signal: AbortSignal) => Promise<FollowUpRun> {
  const { failureText, logger, providers, queue, senderFor } = parts;

  async function sendTo(
    { access, circuit, client }: FollowUpProvider<Capability>,
    signal: AbortSignal,
  ): Promise<number> {
    const { name: provider, origin } = client;
    const send = senderFor(client);
    let done = 0;
    let failures = 0;
    if (send === undefined || access.isRefused() || circuit.snapshot().state !== 'closed') return done;
    for (const followUp of await queue.due({ provider, origin }, MAX_FOLLOW_UPS)) {
      signal.throwIfAborted();
      try {
        await send(followUp, signal);
        await queue.complete(followUp);
        done += 1;
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        await queue.postpone(followUp);
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
    await queue.giveUpExpired();
    return { done, ...(await queue.state()) };
  };
}

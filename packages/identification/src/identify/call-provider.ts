import { logIdentified } from '../observability/cache-log.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import type { ProviderAnswer } from '../types.ts';
import { databaseUnavailable } from './outcomes.ts';
import type { Question } from './questions.ts';
import type { IdentificationOptions } from './service.ts';

interface CallProviderDependencies extends Pick<IdentificationOptions, 'clock' | 'logger'> {
  /** While false, no provider is called. */
  readonly isDatabaseUp: () => boolean;
}

interface CallProviderOptions {
  /** Holders of the call: the subject and the address of its request. */
  readonly holders: readonly string[];
  /** Called before the call is sent; may throw to keep it from being sent. */
  readonly onSent: () => void;
}

/** Creates `callProvider`: it sends one question as soon as its photos are ready, and measures the call. */
export function createCallProvider({ clock, isDatabaseUp, logger }: CallProviderDependencies) {
  return async (
    question: Question,
    ready: Promise<readonly NormalizedPhoto[]>,
    { holders, onSent }: CallProviderOptions,
  ): Promise<ProviderAnswer> => {
    const { caller, durations, key, name, options, recallIds, rejections } = question;
    const photos = (await ready).map(({ jpeg }) => jpeg);
    if (!isDatabaseUp()) throw databaseUnavailable();
    const sentAt = clock.monotonic();
    const recallId = () => {
      onSent();
      return recallIds?.getOrCreate(key);
    };
    const answered = await rejections.guard(question, () => caller.call({ photos, options }, recallId, holders));
    const durationMs = clock.monotonic() - sentAt;
    durations.add(durationMs);
    logIdentified(name, durationMs, logger);
    return answered;
  };
}

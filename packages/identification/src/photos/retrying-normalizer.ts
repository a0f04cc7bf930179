import type { Clock } from '@plantcommunity/resilience';
import { IdentificationError } from '../errors.ts';
import type { PhotoNormalizer } from './normalize.ts';

/** In all, each as long after the one before as it was told to wait. */
const TRIES = 3;
/** Photos that may wait for their next try, each an upload in memory; one more is refused as it was. */
const MAY_WAIT = 16;
/** Maximum of these for one owner. */
const MAY_WAIT_OF_ONE = 4;

/** For work that nobody waits for: comes back when there is no room now. */
export function createRetryingNormalizer({
  intake,
  clock,
}: {
  intake: PhotoNormalizer;
  clock: Clock;
}): PhotoNormalizer {
  /** The owner of each photo that waits. */
  const waiting: string[] = [];

  const mayWait = (owner: string) =>
    waiting.length < MAY_WAIT && waiting.filter((one) => one === owner).length < MAY_WAIT_OF_ONE;

  async function pause(owner: string, ms: number): Promise<void> {
    waiting.push(owner);
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    waiting.splice(waiting.indexOf(owner), 1);
  }

  return {
    async normalize(photo, index, owner) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await intake.normalize(photo, index, owner);
        } catch (error) {
          const waitMs = error instanceof IdentificationError ? error.retryAfterMs : undefined;
          if (waitMs === undefined || tries === TRIES || !mayWait(owner.subject)) throw error;
          await pause(owner.subject, waitMs);
        }
      }
    },
  };
}

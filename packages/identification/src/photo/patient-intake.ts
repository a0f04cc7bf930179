import type { Clock } from '@plantcommunity/resilience';
import { IdentificationError } from '../errors.ts';
import type { Intake } from './intake.ts';

/** In all, each as long after the one before as it was told to wait. */
const TRIES = 3;
/** Photos that may wait for their next try, each an upload in memory; one more is refused as it was. */
const MAY_WAIT = 16;

/** For work that nobody waits for: comes back when there is no room now. */
export function createPatientIntake({ intake, clock }: { intake: Intake; clock: Clock }): Intake {
  let waiting = 0;

  async function pause(ms: number): Promise<void> {
    waiting += 1;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    waiting -= 1;
  }

  return {
    async prepare(photo, index) {
      for (let tries = 1; ; tries += 1) {
        try {
          return await intake.prepare(photo, index);
        } catch (error) {
          const waitMs = error instanceof IdentificationError ? error.retryAfterMs : undefined;
          if (waitMs === undefined || tries === TRIES || waiting === MAY_WAIT) throw error;
          await pause(waitMs);
        }
      }
    },
  };
}

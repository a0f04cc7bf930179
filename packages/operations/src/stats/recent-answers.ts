import type { AnswerType } from '@plantcommunity/identification';
import type { Clock } from '@plantcommunity/resilience';
import { MinuteRing } from './minute-ring.ts';

const MINUTES = 15;

/** What the requests of the last minutes got from this process. */
export interface AnswerShares extends Readonly<Record<AnswerType, number>> {
  minutes: number;
}

/** Remembers what requests got. */
export class RecentAnswers {
  readonly #ring: MinuteRing<Record<AnswerType, number>>;

  constructor(clock: Clock) {
    this.#ring = new MinuteRing(clock, () => ({ cached: 0, stale: 0, fresh: 0, retry: 0 }));
  }

  record(kind: AnswerType): void {
    this.#ring.current[kind] += 1;
  }

  /** Of the last 15 minutes, the running one included. */
  shares(): AnswerShares {
    const recent = this.#ring.last(MINUTES);
    const sum = (kind: AnswerType) => recent.reduce((total, { bucket }) => total + bucket[kind], 0);
    return { minutes: MINUTES, cached: sum('cached'), stale: sum('stale'), fresh: sum('fresh'), retry: sum('retry') };
  }
}

import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { ProviderError, ProviderName } from '../provider.ts';
import { ASK_AGAIN_MS } from './ask-due.ts';
import { certainWord } from './certain-word.ts';
import type { Claim, QuotaStore, Standing } from './quota-store.ts';
import type { QuotaView } from './quota-view.ts';
import type { QuotaWord } from './quota-word.ts';

/** Out of credits without a word on when they come back: tried again after this. */
const REFUSED_MS = 60_000;
/** Whatever it says of that: one that is at once, by its clock, is no leave to go on asking; one far off may be wrong. */
const REFUSED_LEAST_MS = 1_000;
const REFUSED_MOST_MS = 86_400_000;
/** Maximum pause after a 402: a month, after which the provider counts anew. */
const UNPAID_MOST_MS = 31 * 86_400_000;
/** Of a key that may not be used, though its numbers say nothing of it: until it is asked again, and a little. */
const NOT_USABLE_MS = 2 * ASK_AGAIN_MS;

/** A provider that refuses says at times that there is enough: it is believed so long after that. As in CORRECT. */
const DOUBTED_MS = 60_000;

export interface WordsParts {
  provider: ProviderName;
  store: QuotaStore;
  view: QuotaView;
  clock: Clock;
  logger: Logger;
}

/** Takes over what a provider says of our quota, for all processes. */
export class Words {
  readonly #parts: WordsParts;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: WordsParts) {
    this.#parts = parts;
  }

  /**
   * It was asked.
   * @param asked `standing`: before it was; undefined: Redis is away, and only this process will know
   * @throws when Redis does not answer
   */
  async hear(word: QuotaWord, asked: { at: number; standing: Standing | undefined }): Promise<void> {
    const { clock, store, view } = this.#parts;
    const { at, standing } = asked;
    const now = clock.now();
    const certain = certainWord(word, at, now);
    const refusesUntil = word.exhausted && !view.seen.usesUp(word) ? now + NOT_USABLE_MS : 0;
    if (standing === undefined) {
      const isDoubted = at - this.#refusedAt < DOUBTED_MS;
      return view.seen.hear(certain, at, Math.max(refusesUntil, isDoubted ? view.seen.refusesUntil : 0));
    }
    const corrected = await store.correct(certain, { at, standing, inPassing: false }, { now, refusesUntil });
    if (corrected !== undefined) view.see(corrected);
  }

  /** What an answer told in passing is only passed on when it is news. Never throws. */
  async overhear(word: QuotaWord, { claim, standing }: { claim: Claim; standing: Standing }): Promise<void> {
    const { clock, logger, provider, store, view } = this.#parts;
    const now = clock.now();
    const certain = certainWord(word, claim.at, now);
    if (!view.seen.isNews(certain, now)) return;
    // The provider has counted this call.
    const before = { ...standing, out: standing.out - claim.credits };
    const asked = { at: claim.at, standing: before, inPassing: true };
    try {
      const corrected = await store.correct(certain, asked, { now, refusesUntil: 0 });
      if (corrected !== undefined) view.see(corrected);
    } catch (error) {
      logger.debug({ provider, error }, '[QUOTA] What was said in passing is lost');
    }
  }

  /** A call was refused: nothing is left, whatever we have counted. Never throws. */
  async refused({ retryAfterMs = REFUSED_MS, status }: Pick<ProviderError, 'retryAfterMs' | 'status'>): Promise<void> {
    const { clock, logger, provider, store, view } = this.#parts;
    const now = clock.now();
    this.#refusedAt = now;
    const mostMs = status === 402 ? UNPAID_MOST_MS : REFUSED_MOST_MS;
    const until = now + Math.min(Math.max(retryAfterMs, REFUSED_LEAST_MS), mostMs);
    view.seen.refusesUntil = Math.max(view.seen.refusesUntil, until);
    try {
      view.see(await store.refused(now, until));
    } catch (error) {
      logger.debug({ provider, error }, '[QUOTA] That the provider refuses is known here alone');
    }
  }
}

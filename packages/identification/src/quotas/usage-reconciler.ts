import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { UsageReport } from '../providers/usage-report.ts';
import type { ProviderError, ProviderName } from '../types.ts';
import { certainReport } from './certain-report.ts';
import type { LocalQuota } from './local-quota.ts';
import { POLL_RETRY_MS } from './poll-due.ts';
import type { QuotaState, QuotaStore, Reservation } from './store.ts';

/** Out of credits without a word on when they come back: tried again after this. */
const DEFAULT_REFUSAL_MS = 60_000;
/** Whatever it says of that: one that is at once, by its clock, is no leave to go on asking; one far off may be wrong. */
const MIN_REFUSAL_MS = 1_000;
const MAX_REFUSAL_MS = 86_400_000;
/** Maximum pause after a 402: a month, after which the provider counts anew. */
const MAX_UNPAID_MS = 31 * 86_400_000;
/** Of a key that may not be used, though its numbers say nothing of it: until it is asked again, and a little. */
const UNUSABLE_KEY_MS = 2 * POLL_RETRY_MS;

/** A provider that refuses says at times that there is enough: it is believed so long after that. As in CORRECT. */
const CONTRADICTION_MS = 60_000;

export interface UsageReconcilerParts {
  provider: ProviderName;
  store: QuotaStore;
  local: LocalQuota;
  clock: Clock;
  logger: Logger;
}

/** Takes over what a provider says of our quota, for all processes. */
export class UsageReconciler {
  readonly #parts: UsageReconcilerParts;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: UsageReconcilerParts) {
    this.#parts = parts;
  }

  /**
   * It was asked.
   * @param asked `standing`: before it was; undefined: Redis is away, and only this process will know
   * @throws when Redis does not answer
   */
  async applyActive(word: UsageReport, asked: { at: number; standing: QuotaState | undefined }): Promise<void> {
    const { clock, store, local: view } = this.#parts;
    const { at, standing } = asked;
    const now = clock.now();
    const certain = certainReport(word, at, now);
    const refusesUntil = word.exhausted && !view.snapshot.explainsExhaustion(word) ? now + UNUSABLE_KEY_MS : 0;
    if (standing === undefined) {
      const isDoubted = at - this.#refusedAt < CONTRADICTION_MS;
      return view.snapshot.applyReport(certain, at, Math.max(refusesUntil, isDoubted ? view.snapshot.refusedUntil : 0));
    }
    const corrected = await store.reconcile(certain, { at, standing, inPassing: false }, { now, refusesUntil });
    if (corrected !== undefined) view.update(corrected);
  }

  /** What an answer told in passing is only passed on when it is news. Never throws. */
  async applyPassive(
    word: UsageReport,
    { claim, standing }: { claim: Reservation; standing: QuotaState },
  ): Promise<void> {
    const { clock, logger, provider, store, local: view } = this.#parts;
    const now = clock.now();
    const certain = certainReport(word, claim.at, now);
    if (!view.snapshot.isChangedBy(certain, now)) return;
    // The provider has counted this call.
    const before = { ...standing, inFlight: standing.inFlight - claim.credits };
    const asked = { at: claim.at, standing: before, inPassing: true };
    try {
      const corrected = await store.reconcile(certain, asked, { now, refusesUntil: 0 });
      if (corrected !== undefined) view.update(corrected);
    } catch (error) {
      logger.debug({ provider, err: error }, '[QUOTA] What was said in passing is lost');
    }
  }

  /** A call was refused: nothing is left, whatever we have counted. Never throws. */
  async applyExhausted({
    retryAfterMs = DEFAULT_REFUSAL_MS,
    status,
  }: Pick<ProviderError, 'retryAfterMs' | 'status'>): Promise<void> {
    const { clock, logger, provider, store, local: view } = this.#parts;
    const now = clock.now();
    this.#refusedAt = now;
    const mostMs = status === 402 ? MAX_UNPAID_MS : MAX_REFUSAL_MS;
    const until = now + Math.min(Math.max(retryAfterMs, MIN_REFUSAL_MS), mostMs);
    view.snapshot.refusedUntil = Math.max(view.snapshot.refusedUntil, until);
    try {
      view.update(await store.markExhausted(now, until));
    } catch (error) {
      logger.debug({ provider, err: error }, '[QUOTA] That the provider refuses is known here alone');
    }
  }
}

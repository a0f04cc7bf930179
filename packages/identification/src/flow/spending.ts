import type { ProviderName } from '../provider.ts';

/** What the caller of a request decides about its cost beforehand, and learns of it while it runs. */
export interface Spending {
  /**
   * Takes credits of the caller's own shares, before a photo is decoded or a call leaves. Never rejects. Absent: the
   * caller has no share.
   */
  reserve?(credits: number): Promise<CreditDecision>;
  /** Hears of each provider call that left for the request, or that was out when the request joined it. */
  onSent(provider: ProviderName): void;
}

export type CreditDecision =
  /** `settle` is called once, with the credits of the calls that left for the request and that it pays. */
  | { readonly allowed: true; settle(spent: number): void }
  /** `error`: thrown where nothing that is kept can answer. */
  | { readonly allowed: false; readonly error: Error; readonly retryAfterMs: number };

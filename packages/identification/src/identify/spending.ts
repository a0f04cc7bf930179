import type { ProviderName } from '../types.ts';

/** Hooks by which the caller of a request reserves credits before it runs, and learns which calls were sent. */
export interface Spending {
  /**
   * Takes credits of the caller's shares, before a photo is decoded or a call is sent. Never rejects. Absent when the
   * caller has no share.
   */
  reserve?(credits: number): Promise<CreditDecision>;
  /** Called for each provider call that was sent for the request, or that was in flight when the request joined it. */
  onSent(provider: ProviderName): void;
}

export type CreditDecision =
  /** `settle` is called once, with the credits of the calls that the request pays for. */
  | { readonly allowed: true; settle(spent: number): void }
  /** `error`: thrown when no cached answer can be given. */
  | { readonly allowed: false; readonly error: Error; readonly retryAfterMs: number };

import type { MergedResult, ProviderStatus } from './identification.ts';
import type { ProviderName } from './types.ts';

/** What the page is told while it waits; `at` is milliseconds since the request was received. */
export type ProgressEvent =
  | { type: 'received'; at: number; photos: number }
  /** The photos were read and made into what leaves (or were known already). */
  | { type: 'read'; at: number }
  /** `usualMs` and `slowMs`: the provider's p50 and p95 of late, when known. */
  | { type: 'asking'; at: number; provider: ProviderName; usualMs?: number; slowMs?: number }
  /** `verdict`: what can be said with the answers so far. */
  | { type: 'answered'; at: number; provider: ProviderName; verdict: MergedResult }
  /** `retryAfterMs`: when the provider may be asked again, if anybody knows. */
  | { type: 'unanswered'; at: number; provider: ProviderName; status: ProviderStatus; retryAfterMs?: number }
  | { type: 'comparing'; at: number }
  | { type: 'done'; at: number; ok: boolean };

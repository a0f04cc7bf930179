import type { Clock } from '@plantcommunity/resilience';

export interface ProviderOptions {
  apiKey: string;
  /** Such as `https://plant.id/api/v3`; with or without a slash at its end. */
  baseUrl: string;
  /** Of one exchange, from its start to the last byte of the answer. */
  timeoutMs: number;
  clock: Clock;
}

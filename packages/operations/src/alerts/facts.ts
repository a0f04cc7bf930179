import type { ProviderName } from '@plantcommunity/identification';

/** What the rules know about a provider that is on. Times are in milliseconds since 1970. */
export interface ProviderFacts {
  /** Whether calls are let through. */
  isAnswering: boolean;
  /** When the circuit opened after it was last closed; absent while it is closed or isolated. */
  openedAt?: number;
  misconfiguredSince?: number;
  unpaidSince?: number;
  /** Used share of the quota of which the most is used; 0 without a limit. */
  quotaUse: number;
  /** Share of a quota from 0 to 1 from which on its use is too high. */
  warnAtShare: number;
}

/** All that the rules judge, at one moment, of all instances as far as this one knows them. */
export interface AlertFacts {
  /** Milliseconds since 1970. */
  at: number;
  /** Without the providers that are off. */
  providers: Readonly<Partial<Record<ProviderName, ProviderFacts>>>;
  /** Requests for identification of the last 15 minutes: answered, or told to try again. */
  answers: { answered: number; retry: number };
  /** Responses of the last 15 minutes, without those of probes. */
  responses: { sent: number; serverErrors: number };
  /** `lostSince`: since when Redis has not taken writes of this instance. */
  redis: { lostSince?: number };
  /** `failures`: failed runs in succession, on any instance. */
  jobs: readonly { name: string; failures: number }[];
}

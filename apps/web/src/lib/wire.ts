import type {
  WireAuditEntry,
  WireHistory,
  WireIdentification,
  WireMe,
  WireOverview,
  WireOverviewEvent,
  WireProgress,
  WireUserDetails,
  WireUserPage,
  WireVerdict,
} from '@plantcommunity/api';

/** Objects on the wire, with the types of the API. */
export type Identification = WireIdentification;
export type ProgressEvent = WireProgress;
export type MergedResult = WireVerdict;
export type Suggestion = MergedResult['suggestions'][number];
export type Health = NonNullable<MergedResult['disease_detection']>;
export type Care = NonNullable<MergedResult['care_instructions']>;
export type ProviderName = keyof Identification['providers'];
export type ProviderStatus = Identification['providers'][ProviderName]['status'];
export type HistoryItem = WireHistory['items'][number];

export type Overview = WireOverview;
export type OverviewEvent = WireOverviewEvent;
/** One provider's circuit with its last hour. */
export type ProviderCircuit = Omit<Overview['circuits'][ProviderName], 'opened'> & {
  /** `failed` includes timeouts; `refused` are all that were not sent. */
  minutes: { at: string; ok: number; failed: number; refused: number; p95_ms?: number | undefined }[];
  outcomes: Record<CallOutcome, number>;
  latency?: { p50_ms: number; p95_ms: number; p99_ms: number };
};
export type CircuitsOverview = Pick<Overview, 'answers' | 'at' | 'audit' | 'instances' | 'shared'> & {
  circuits: Record<ProviderName, ProviderCircuit>;
};
export type CallOutcome = 'success' | 'failure' | 'timeout' | 'refused' | 'isolated' | 'held_back' | 'cached' | 'stale';
/** State of a circuit, or the reason why a provider has none. */
export type CircuitState = ProviderCircuit['state'];
export type AuditEntry = WireAuditEntry;

export type Me = WireMe;
export type Tier = Me['tier'];

export type UserDetails = WireUserDetails;
export type UserSummary = WireUserPage['items'][number];

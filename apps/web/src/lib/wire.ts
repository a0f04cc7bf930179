import type {
  WireAuditEntry,
  WireCircuit,
  WireCircuitsOverview,
  WireHistory,
  WireIdentification,
  WireMe,
  WireProgress,
  WireStoredIdentification,
  WireVerdict,
} from '@plantcommunity/api';

/** The wire's objects, as the API itself types them. */
export type Identification = WireIdentification;
export type ProgressEvent = WireProgress;
export type MergedResult = WireVerdict;
export type Suggestion = MergedResult['suggestions'][number];
export type Health = NonNullable<MergedResult['disease_detection']>;
export type Care = NonNullable<MergedResult['care_instructions']>;
export type ProviderName = keyof Identification['providers'];
export type ProviderStatus = Identification['providers'][ProviderName]['status'];
export type HistoryItem = WireHistory['items'][number];
export type StoredIdentification = WireStoredIdentification;

export type CircuitsOverview = WireCircuitsOverview;
export type ProviderCircuit = WireCircuit;
/** Of a circuit, or why there is none that works. */
export type CircuitState = ProviderCircuit['state'];
export type AuditEntry = WireAuditEntry;

export type Me = WireMe;
export type Tier = Me['tier'];

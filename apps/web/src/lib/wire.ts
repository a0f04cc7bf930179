import type {
  WireAuditEntry,
  WireCircuit,
  WireCircuitsOverview,
  WireHistory,
  WireIdentification,
  WireMe,
  WireProgress,
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

export type CircuitsOverview = WireCircuitsOverview;
export type ProviderCircuit = WireCircuit;
/** State of a circuit, or the reason why a provider has none. */
export type CircuitState = ProviderCircuit['state'];
export type AuditEntry = WireAuditEntry;

export type Me = WireMe;
export type Tier = Me['tier'];

import type {
  AppRouter,
  WireApiKey,
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
import type { inferRouterOutputs } from '@trpc/server';

/** What the procedures of v1 return. */
type Outputs = inferRouterOutputs<AppRouter>['v1'];

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

/** What `/admin` shows. */
export type Overview = WireOverview;
export type OverviewEvent = WireOverviewEvent;
export type ProviderCircuit = Overview['circuits'][ProviderName];
/** State of a circuit, or the reason why a provider has none. */
export type CircuitState = ProviderCircuit['state'];
/** The calls of one minute to one provider. */
export type MinuteCounts = Overview['minutes'][ProviderName][number];
export type Urgency = Overview['urgency'];
export type Alert = Overview['alerts']['items'][number];
export type Webhook = NonNullable<Overview['alerts']['webhook']>;
export type Dependencies = Overview['dependencies'];
export type JobStatus = Overview['jobs'][number];
export type QuotaUse = Overview['quotas']['rows'][number];
export type CacheUse = Overview['cache'];
export type LimitsInForce = Overview['limits'];
export type HeldLeases = Overview['leases'];
export type LegacyUse = Overview['legacy'];
export type AuditEntry = WireAuditEntry;

/** An API key, without the key itself. */
export type ApiKey = WireApiKey;
/** A new API key, with the key itself, which is shown once. */
export type CreatedApiKey = Outputs['apiKeys']['create'];

export type Me = WireMe;
export type Tier = Me['tier'];

export type UserDetails = WireUserDetails;
/** A new sign-in link, which is shown once. */
export type MadeSignInLink = Outputs['admin']['users']['makeSignInLink'];
export type UserSummary = WireUserPage['items'][number];

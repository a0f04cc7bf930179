import type { AppRouter } from '@plantcommunity/api';
import type { inferRouterOutputs } from '@trpc/server';

type Outputs = inferRouterOutputs<AppRouter>['v1']['plantIdentification'];
type Yielded<T> = T extends AsyncIterable<infer Event> ? Event : never;
/** A tracked event is an envelope of its id and its data. */
type Unwrapped<T> = T extends { id: string; data: infer Data } ? Data : T;

/** The wire's objects, as the API itself types them. */
export type Identification = Outputs['identify'];
export type ProgressEvent = Unwrapped<Yielded<Outputs['progress']>>;
export type Verdict = Extract<ProgressEvent, { type: 'answered' }>['verdict'];
export type Suggestion = Verdict['suggestions'][number];
export type Health = NonNullable<Verdict['disease_detection']>;
export type Care = NonNullable<Verdict['care_instructions']>;
export type ProviderName = keyof Identification['providers'];
export type ProviderStatus = Identification['providers'][ProviderName]['status'];
/** `confidence_source` says, as in an answer, that the confidence is not Plant.id's. */
export type HistoryItem = Outputs['history']['items'][number] & { confidence_source?: 'plantnet' | undefined };
export type StoredIdentification = Outputs['identification'];

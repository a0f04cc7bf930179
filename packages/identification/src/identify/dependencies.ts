import type { Cache, Clock, Lifetime, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { PhotoNormalizer } from '../photos/normalize.ts';
import type { PhotoLimits } from '../photos/types.ts';
import type { Rejections } from '../providers/rejections.ts';
import type { Store } from '../store/store.ts';
import type { ProviderClient, ProviderName } from '../types.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { ProgressHub } from './progress.ts';
import type { ProviderCaller } from './provider-caller.ts';
import type { RecallIds } from './recall-ids.ts';
import type { RecentDurations } from './recent-durations.ts';
import type { AnswerType, ProviderCall } from './service.ts';

/** An enabled provider with the parts that a call to it passes through. */
export interface ProviderPipeline {
  provider: ProviderClient;
  caller: ProviderCaller;
  durations: RecentDurations;
  cache: Cache;
  rejections: Rejections;
  callsInFlight: CallsInFlight;
  /** Recall ids; undefined if lost answers cannot be recalled. */
  recallIds: RecallIds | undefined;
}

export interface IdentifyDependencies {
  /** Undefined for a disabled provider. */
  pipelines: Readonly<Record<ProviderName, ProviderPipeline | undefined>>;
  intake: PhotoNormalizer;
  store: Store;
  /** Stores photos after the answer was given; keys are ids of identifications. */
  background: SingleFlight;
  /** While false, only cached answers are given: no provider is called and nothing is stored. */
  readonly isDatabaseUp: () => boolean;
  progress: ProgressHub;
  clock: Clock;
  logger: Logger;
  photoLimits: PhotoLimits;
  lifetime: Lifetime;
  /** Deadline of a request, counted from the last byte of its body. */
  deadlineMs: number;
  isDemo: boolean;
  /** Called for every question that was answered without a call of its own. */
  readonly onCall: (call: ProviderCall) => void;
  /** Called with the type of answer of each request. */
  readonly onAnswer: (type: AnswerType) => void;
}

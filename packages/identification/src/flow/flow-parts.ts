import type { Cache, Clock, Lifetime, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { PhotoNormalizer } from '../photos/normalize.ts';
import type { PhotoLimits } from '../photos/types.ts';
import type { Provider, ProviderName } from '../provider.ts';
import type { Store } from '../store/store.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { Gate } from './gate.ts';
import type { ProgressBoard } from './progress-board.ts';
import type { RecentDurations } from './recent-durations.ts';
import type { Rejections } from './rejections.ts';
import type { AnswerKind, ProviderCall } from './service.ts';
import type { Tickets } from './ticket.ts';

/** An enabled provider with the parts that a call to it passes through. */
export interface ProviderLane {
  provider: Provider;
  gate: Gate;
  durations: RecentDurations;
  cache: Cache;
  rejections: Rejections;
  callsInFlight: CallsInFlight;
  /** Recall ids; undefined if lost answers cannot be recalled. */
  tickets: Tickets | undefined;
}

export interface FlowParts {
  /** Undefined for a disabled provider. */
  lanes: Readonly<Record<ProviderName, ProviderLane | undefined>>;
  intake: PhotoNormalizer;
  store: Store;
  /** Stores photos after the answer was given; keys are ids of identifications. */
  background: SingleFlight;
  /** While false, only cached answers are given: no provider is called and nothing is stored. */
  readonly isDatabaseUp: () => boolean;
  board: ProgressBoard;
  clock: Clock;
  logger: Logger;
  photoLimits: PhotoLimits;
  lifetime: Lifetime;
  /** Deadline of a request, counted from the last byte of its body. */
  deadlineMs: number;
  isDemo: boolean;
  /** Called for every question that was answered without a call of its own. */
  readonly onCall: (call: ProviderCall) => void;
  /** Called with the kind of answer of each request. */
  readonly onAnswer: (kind: AnswerKind) => void;
}

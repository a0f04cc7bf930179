import type { Cache, Clock, Lifetime, SingleFlight } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { Intake } from '../photo/intake.ts';
import type { PhotoLimits } from '../photo/photo.ts';
import type { Provider, ProviderName } from '../provider.ts';
import type { Store } from '../store/store.ts';
import type { Departures } from './departures.ts';
import type { Gate } from './gate.ts';
import type { ProgressBoard } from './progress-board.ts';
import type { RecentDurations } from './recent-durations.ts';
import type { Rejections } from './rejections.ts';
import type { AnswerKind, ProviderCall } from './service.ts';
import type { Tickets } from './ticket.ts';

/** A provider that is on, with all that stands before it. */
export interface ProviderLane {
  provider: Provider;
  gate: Gate;
  durations: RecentDurations;
  cache: Cache;
  rejections: Rejections;
  departures: Departures;
  /** Where a lost answer can be asked for again. */
  tickets: Tickets | undefined;
}

export interface FlowParts {
  /** Undefined: the provider is off. */
  lanes: Readonly<Record<ProviderName, ProviderLane | undefined>>;
  intake: Intake;
  store: Store;
  /** Photos that are kept after their answer was given, by the identification's id. */
  background: SingleFlight;
  /** While it is false, what is kept is answered, and nothing is asked or stored. */
  readonly isDatabaseUp: () => boolean;
  board: ProgressBoard;
  clock: Clock;
  logger: Logger;
  photoLimits: PhotoLimits;
  lifetime: Lifetime;
  /** Covers every wait of a request, from the last byte of its body on. */
  deadlineMs: number;
  isDemo: boolean;
  /** Hears of every question that was answered without a call of its own. */
  readonly onCall: (call: ProviderCall) => void;
  /** Hears what each request got. */
  readonly onAnswer: (kind: AnswerKind) => void;
}

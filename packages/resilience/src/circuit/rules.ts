import type { CircuitState } from './state.ts';
import type { CircuitOutcome, OverrideScope } from './types.ts';

/** Leave to make one call. Its result counts only while the generation that gave it lasts. */
export interface Permit {
  readonly generation: number;
  /** Names the trial permit that is held, while half open. */
  readonly trial?: string;
}

/** How a call ended; `failure`: the class of the error. */
export interface CallResult {
  readonly outcome: CircuitOutcome;
  readonly failure: string;
}

/** What a result did, told before what follows from it. */
export interface Recorded {
  /** Consecutive failures, this one included if it counted. */
  readonly failCount: number;
  /** Successful trials, if it was one that counted; else 0. */
  readonly successes: number;
}

export type Override =
  | { readonly type: 'isolate'; readonly reason: string; readonly until: number | undefined }
  | { readonly type: 'release'; readonly reason: string }
  | { readonly type: 'reset'; readonly reason: string };

/** Hears of what happens to a circuit apart from calls. */
export interface StateMachineObserver {
  onTransition(before: CircuitState, after: CircuitState): void;
  onTrialAbandoned(): void;
  /** Redis answered, but not as it should. */
  onRedisFailure(error: unknown): void;
}

/** Who decides about one circuit: what is let through, and what results mean. */
export interface CircuitStateMachine {
  readonly state: CircuitState;
  /** Whether `ask` would let a call through, as far as is known without asking anybody. */
  admits(): boolean;
  /** Undefined: rejected. */
  tryAcquire(): Permit | undefined | Promise<Permit | undefined>;
  /** Whether a success of this call would change nothing, so that it need not be noted. */
  isNoop(pass: Permit): boolean;
  record(pass: Permit, result: CallResult, told: (noted: Recorded) => void): Promise<void>;
  apply(order: Override): Promise<OverrideScope>;
  /** To all or to nobody: false when it cannot reach them. */
  applyShared(order: Override): Promise<boolean>;
  /** Looks whether time alone has changed the state: an isolation is over. */
  refresh(): Promise<void>;
  close(): void;
}

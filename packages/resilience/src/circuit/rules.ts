import type { OrderReach, Outcome } from './circuit.ts';
import type { Standing } from './standing.ts';

/** Leave to make one call. Its result counts only while the generation that gave it lasts. */
export interface Pass {
  readonly generation: number;
  /** Names the trial permit that is held, while half open. */
  readonly trial?: string;
}

/** How a call ended; `failure`: the class of the error. */
export interface Result {
  readonly outcome: Outcome;
  readonly failure: string;
}

/** What a result did, told before what follows from it. */
export interface Noted {
  /** Consecutive failures, this one included if it counted. */
  readonly failCount: number;
  /** Successful trials, if it was one that counted; else 0. */
  readonly successes: number;
}

export type Order =
  | { readonly give: 'isolate'; readonly reason: string; readonly until: number | undefined }
  | { readonly give: 'release'; readonly reason: string }
  | { readonly give: 'reset'; readonly reason: string };

/** Hears of what happens to a circuit apart from calls. */
export interface RulesObserver {
  moved(before: Standing, after: Standing): void;
  trialAbandoned(): void;
  /** Redis answered, but not as it should. */
  redisFailed(error: unknown): void;
}

/** Who decides about one circuit: what is let through, and what results mean. */
export interface Rules {
  readonly standing: Standing;
  /** Whether `ask` would let a call through, as far as is known without asking anybody. */
  admits(): boolean;
  /** Undefined: rejected. */
  ask(): Pass | undefined | Promise<Pass | undefined>;
  /** Whether a success of this call would change nothing, so that it need not be noted. */
  isRoutine(pass: Pass): boolean;
  note(pass: Pass, result: Result, told: (noted: Noted) => void): Promise<void>;
  give(order: Order): Promise<OrderReach>;
  /** To all or to nobody: false when it cannot reach them. */
  giveAll(order: Order): Promise<boolean>;
  /** Looks whether time alone has changed the state: an isolation is over. */
  refresh(): Promise<void>;
  close(): void;
}

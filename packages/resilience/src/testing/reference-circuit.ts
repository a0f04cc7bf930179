import type { CircuitConfig, CircuitOutcome, CircuitStatus } from '../circuit/types.ts';

export type ReferenceOptions = Omit<CircuitConfig, 'name' | 'classify' | 'nameFailure' | 'clock' | 'random'>;

/** An admitted call. */
export interface ReferenceCall {
  readonly generation: number;
  readonly deadline: number;
}

/** The rules of a circuit in their plainest form, without promises, processes, Redis or cockatiel. Jitter is always 5 %. */
export class ReferenceCircuit {
  /** Calls in flight; a removed call no longer counts. */
  readonly calls: Set<ReferenceCall> = new Set();
  admitted = 0;
  generation = 0;
  readonly #options: ReferenceOptions;
  #now = 0;
  #state: CircuitStatus = 'closed';
  #fails = 0;
  #openings = 0;
  #reset: number;
  #until = 0;
  #successes = 0;

  constructor(options: ReferenceOptions) {
    this.#options = options;
    this.#reset = options.resetTimeoutMs;
  }

  wait(ms: number): void {
    this.#now += ms;
    if (this.#state === 'isolated' && this.#now >= this.#until) this.#become('closed');
  }

  tryAcquire(): ReferenceCall | undefined {
    if (!this.#admits()) return undefined;
    if (this.#state === 'open') this.#become('half_open');
    const limitMs = this.#state === 'half_open' ? this.#options.trialDeadlineMs : Number.POSITIVE_INFINITY;
    const call = { generation: this.generation, deadline: this.#now + limitMs };
    this.calls.add(call);
    this.admitted += 1;
    return call;
  }

  record(call: ReferenceCall, outcome: CircuitOutcome): void {
    const isLate = call.generation !== this.generation || call.deadline <= this.#now;
    if (!this.calls.delete(call) || isLate || outcome === 'ignored') return;
    const { failMax, successThreshold } = this.#options;
    const isTrial = this.#state === 'half_open';
    if (outcome === 'failure') {
      this.#fails = Math.min(this.#fails + 1, failMax);
      if (isTrial || this.#fails === failMax) this.#become('open');
    } else if (!isTrial) this.#fails = 0;
    else if (++this.#successes === successThreshold) this.#become('closed');
  }

  apply(type: 'isolate' | 'release' | 'reset', forMs = 0): void {
    if (type === 'isolate') this.#become('isolated', forMs);
    else if (type === 'reset' || this.#state === 'isolated') this.#become('closed');
  }

  trials(): ReferenceCall[] {
    const isRunning = ({ deadline, generation }: ReferenceCall) =>
      generation === this.generation && deadline > this.#now;
    return this.#state === 'half_open' ? [...this.calls].filter(isRunning) : [];
  }

  snapshot(): Record<string, unknown> {
    const waitMs = this.#state === 'open' ? Math.max(0, this.#until - this.#now) : 0;
    return { state: this.#state, failCount: this.#fails, resetTimeoutMs: this.#reset, waitMs, admits: this.#admits() };
  }

  #admits(): boolean {
    if (this.#state === 'half_open') return this.trials().length < this.#options.trialPermits;
    return this.#state === 'closed' || this.#now >= this.#until;
  }

  #become(state: CircuitStatus, forMs?: number): void {
    const { resetTimeoutMs: base, maxResetTimeoutMs: max } = this.#options;
    [this.#state, this.#successes] = [state, 0];
    this.generation += 1;
    if (state === 'closed') [this.#fails, this.#openings, this.#reset] = [0, 0, base];
    if (state === 'open')
      this.#reset = this.#openings++ === 0 ? base : Math.min(base * 2 ** (this.#openings - 1) * 1.05, max);
    this.#until = this.#now + (forMs ?? this.#reset);
  }
}

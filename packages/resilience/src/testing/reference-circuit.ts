import type { CircuitOptions, CircuitState, Outcome } from '../circuit/circuit.ts';

export type ReferenceOptions = Required<Omit<CircuitOptions, 'name' | 'classify' | 'nameFailure' | 'clock' | 'random'>>;

/**
 * The rules of a circuit in the plainest form, for the model test: no promises, no processes, no Redis, no cockatiel.
 * Jitter is always 5 %.
 */
export class ReferenceCircuit {
  admitted = 0;
  generation = 0;
  readonly #options: ReferenceOptions;
  readonly #calls: Map<number, { readonly generation: number; readonly deadline: number }> = new Map();
  #now = 0;
  #state: CircuitState = 'closed';
  #fails = 0;
  #attempt = 0;
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

  /** @returns the ticket of an admitted call, or 0 */
  enter(): number {
    if (!this.#admits()) return 0;
    if (this.#state === 'open') this.#become('half_open');
    const limit = this.#state === 'half_open' ? this.#options.trialDeadlineMs : Number.POSITIVE_INFINITY;
    this.admitted += 1;
    this.#calls.set(this.admitted, { generation: this.generation, deadline: this.#now + limit });
    return this.admitted;
  }

  leave(ticket: number, outcome: Outcome): void {
    const call = this.#calls.get(ticket);
    this.#calls.delete(ticket);
    if (call?.generation !== this.generation || call.deadline <= this.#now || outcome === 'ignored') return;
    if (outcome === 'failure') this.#fail();
    else if (this.#state === 'closed') this.#fails = 0;
    else if (++this.#successes >= this.#options.successThreshold) this.#become('closed');
  }

  isolate(forMs: number): void {
    this.#become('isolated');
    this.#until = this.#now + forMs;
  }

  order(order: 'release' | 'reset'): void {
    if (order === 'reset' || this.#state === 'isolated') this.#become('closed');
  }

  /** No call that is in flight will count. */
  forgetCalls(): void {
    this.#calls.clear();
  }

  get hasTrials(): boolean {
    return this.#state === 'half_open' && this.#trials() > 0;
  }

  view(): Record<string, unknown> {
    const waitMs = this.#state === 'open' ? Math.max(0, this.#until - this.#now) : 0;
    return { state: this.#state, failCount: this.#fails, resetTimeoutMs: this.#reset, waitMs, admits: this.#admits() };
  }

  #admits(): boolean {
    if (this.#state === 'closed') return true;
    return this.#state === 'half_open' ? this.#trials() < this.#options.trialPermits : this.#now >= this.#until;
  }

  #trials(): number {
    const trials = [...this.#calls.values()].filter((call) => call.generation === this.generation);
    return trials.filter((call) => call.deadline > this.#now).length;
  }

  #fail(): void {
    this.#fails = Math.min(this.#fails + 1, this.#options.failMax);
    if (this.#state === 'half_open' || this.#fails === this.#options.failMax) this.#become('open');
  }

  #become(state: CircuitState): void {
    const { resetTimeoutMs: base, maxResetTimeoutMs: max } = this.#options;
    this.#state = state;
    this.generation += 1;
    this.#successes = 0;
    if (state === 'closed') [this.#fails, this.#attempt, this.#reset] = [0, 0, base];
    if (state !== 'open') return;
    this.#attempt += 1;
    this.#reset = this.#attempt === 1 ? base : Math.min(base * 2 ** (this.#attempt - 1) * 1.05, max);
    this.#until = this.#now + this.#reset;
  }
}

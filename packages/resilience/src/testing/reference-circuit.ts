import type { CircuitConfig, CircuitOutcome, CircuitStatus } from '../circuit/types.ts';

export type ReferenceOptions = Omit<CircuitConfig, 'name' | 'classify' | 'nameFailure' | 'clock' | 'random'>;

/** A call that was let through. */
export interface Ticket {
  readonly generation: number;
  readonly deadline: number;
}

/** The rules of a circuit in the plainest form: no promises, processes, Redis or cockatiel. Jitter is always 5 %. */
export class ReferenceCircuit {
  /** In flight; what is taken out does not count any more. */
  readonly calls: Set<Ticket> = new Set();
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

  enter(): Ticket | undefined {
    if (!this.#admits()) return undefined;
    if (this.#state === 'open') this.#become('half_open');
    const limitMs = this.#state === 'half_open' ? this.#options.trialDeadlineMs : Number.POSITIVE_INFINITY;
    const ticket = { generation: this.generation, deadline: this.#now + limitMs };
    this.calls.add(ticket);
    this.admitted += 1;
    return ticket;
  }

  leave(ticket: Ticket, outcome: CircuitOutcome): void {
    const isLate = ticket.generation !== this.generation || ticket.deadline <= this.#now;
    if (!this.calls.delete(ticket) || isLate || outcome === 'ignored') return;
    const { failMax, successThreshold } = this.#options;
    const isTrial = this.#state === 'half_open';
    if (outcome === 'failure') {
      this.#fails = Math.min(this.#fails + 1, failMax);
      if (isTrial || this.#fails === failMax) this.#become('open');
    } else if (!isTrial) this.#fails = 0;
    else if (++this.#successes === successThreshold) this.#become('closed');
  }

  order(order: 'isolate' | 'release' | 'reset', forMs = 0): void {
    if (order === 'isolate') this.#become('isolated', forMs);
    else if (order === 'reset' || this.#state === 'isolated') this.#become('closed');
  }

  trials(): Ticket[] {
    const isRunning = ({ deadline, generation }: Ticket) => generation === this.generation && deadline > this.#now;
    return this.#state === 'half_open' ? [...this.calls].filter(isRunning) : [];
  }

  view(): Record<string, unknown> {
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

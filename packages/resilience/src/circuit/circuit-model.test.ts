import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ReferenceCircuit, type ReferenceOptions } from '../testing/reference-circuit.ts';
import { createTask, type Task } from '../testing/task.ts';
import type { Circuit, Outcome } from './circuit.ts';
import { createCircuit } from './create-circuit.ts';

type Step =
  | { readonly do: 'call' }
  /** Ends one of the calls in flight. */
  | { readonly do: 'end'; readonly which: number; readonly outcome: Outcome }
  | { readonly do: 'wait'; readonly ms: number };

const outcome: fc.Arbitrary<Outcome> = fc.constantFrom(
  'failure',
  'failure',
  'failure',
  'success',
  'success',
  'ignored',
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('call' as const) }),
  fc.record({ do: fc.constant('end' as const), which: fc.nat(9), outcome }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 40, 99, 100, 210, 1000) }),
);

const options: fc.Arbitrary<ReferenceOptions> = fc.record({
  failMax: fc.integer({ min: 1, max: 4 }),
  resetTimeoutMs: fc.constantFrom(50, 100),
  maxResetTimeoutMs: fc.constantFrom(100, 400, 1000),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  trialPermits: fc.integer({ min: 1, max: 3 }),
  trialDeadlineMs: fc.constantFrom(30, 150),
});

interface Flight {
  readonly task: Task<void>;
  readonly call: Promise<void>;
  readonly ticket: number;
}

/** Takes the same steps on the circuit and on the reference. */
class Pair {
  readonly #clock = new FakeClock();
  readonly #circuit: Circuit;
  readonly #reference: ReferenceCircuit;
  readonly #flights: Flight[] = [];
  #admitted = 0;

  constructor(settings: ReferenceOptions) {
    this.#circuit = createCircuit({
      ...settings,
      name: 'model',
      clock: this.#clock,
      random: () => 0.5,
      classify: (error) => (error === 'ignored' ? 'ignored' : 'failure'),
    });
    this.#reference = new ReferenceCircuit(settings);
  }

  async take(next: Step): Promise<void> {
    switch (next.do) {
      case 'wait':
        this.#clock.advance(next.ms);
        this.#reference.now += next.ms;
        return;
      case 'call':
        return this.#call();
      case 'end':
        return this.#end(next.which, next.outcome);
    }
  }

  observed(): unknown {
    const { state, failCount, resetTimeoutMs, nextTrialAt } = this.#circuit.snapshot();
    const waitMs = nextTrialAt === undefined ? 0 : nextTrialAt - this.#clock.now();
    return { state, failCount, resetTimeoutMs, waitMs, admits: this.#circuit.admits(), admitted: this.#admitted };
  }

  expected(): unknown {
    return this.#reference.view();
  }

  #call(): void {
    const ticket = this.#reference.enter();
    const task = createTask<void>();
    const call = this.#circuit.execute(task.work);
    call.catch(() => {});
    this.#admitted += task.calls();
    if (task.calls() > 0) this.#flights.push({ task, call, ticket });
  }

  async #end(which: number, how: Outcome): Promise<void> {
    const [flight] = this.#flights.splice(which % (this.#flights.length || 1), 1);
    if (!flight) return;
    if (how === 'success') flight.task.resolve();
    else flight.task.reject(how);
    await flight.call.catch(() => {});
    this.#reference.leave(flight.ticket, how);
  }
}

it('behaves like the reference, whatever happens in whatever order', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(options, fc.array(step, { maxLength: 60 }), async (settings, steps) => {
      const pair = new Pair(settings);
      for (const next of steps) {
        await pair.take(next);
        expect(pair.observed()).toEqual(pair.expected());
      }
    }),
    { numRuns: 2000 },
  );
});

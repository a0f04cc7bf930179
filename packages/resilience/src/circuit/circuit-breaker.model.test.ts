import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { type ReferenceCall, ReferenceCircuit, type ReferenceOptions } from '../testing/reference-circuit.ts';
import { ReferenceOutage } from '../testing/reference-outage.ts';
import { SimulatedRedis } from '../testing/simulated-redis.ts';
import { createTask, type Task } from '../testing/task.ts';
import { createCircuit } from './circuit-breaker.ts';
import type { Circuit, CircuitOutcome } from './types.ts';

const PROCESSES = 3;

type Step =
  | { readonly type: 'call'; readonly at: number }
  /** One of the calls in flight ends. */
  | { readonly type: 'end'; readonly which: number; readonly outcome: CircuitOutcome }
  | { readonly type: 'wait'; readonly ms: number }
  | { readonly type: 'isolate'; readonly at: number; readonly forMs: number }
  | { readonly type: 'release' | 'reset'; readonly at: number };

type SharedStep =
  | Step
  /** The process dies with its calls and starts again. */
  | { readonly type: 'restart'; readonly at: number }
  /** Redis loses its data, and no process notices. */
  | { readonly type: 'flush' }
  /** An outage of Redis begins; until its end only this process makes calls. */
  | { readonly type: 'down'; readonly at: number }
  | { readonly type: 'up'; readonly data: 'kept' | 'lost' };

const at = fc.nat(PROCESSES - 1);
const outcome = fc.constantFrom<CircuitOutcome[]>('failure', 'failure', 'failure', 'success', 'success', 'ignored');
const type = <const T extends string>(name: T) => fc.constant(name);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: type('call'), at }) },
  { weight: 6, arbitrary: fc.record({ type: type('end'), which: fc.nat(9), outcome }) },
  { weight: 5, arbitrary: fc.record({ type: type('wait'), ms: fc.constantFrom(1, 40, 99, 100, 210, 1000) }) },
  { weight: 1, arbitrary: fc.record({ type: type('isolate'), at, forMs: fc.constantFrom(50, 500) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('release' as const, 'reset' as const), at }) },
);
const sharedStep: fc.Arbitrary<SharedStep> = fc.oneof(
  { weight: 20, arbitrary: step },
  { weight: 1, arbitrary: fc.record({ type: type('restart'), at }) },
  { weight: 1, arbitrary: fc.record({ type: type('flush') }) },
  { weight: 2, arbitrary: fc.record({ type: type('down'), at }) },
  { weight: 3, arbitrary: fc.record({ type: type('up'), data: fc.constantFrom('kept' as const, 'lost' as const) }) },
);
const sharedSteps = fc.array(sharedStep, { maxLength: 60, size: 'max' });
const options: fc.Arbitrary<ReferenceOptions> = fc.record({
  failMax: fc.integer({ min: 1, max: 4 }),
  resetTimeoutMs: fc.constantFrom(50, 100),
  maxResetTimeoutMs: fc.constantFrom(100, 400, 1000),
  successThreshold: fc.integer({ min: 1, max: 3 }),
  trialPermits: fc.integer({ min: 1, max: 3 }),
  trialDeadlineMs: fc.constantFrom(30, 150),
});

/** Returns the steps to the first trial, which random steps seldom reach. */
function untilTrial({ failMax, resetTimeoutMs }: ReferenceOptions): Step[] {
  const failure: Step[] = [
    { type: 'call', at: 0 },
    { type: 'end', which: 0, outcome: 'failure' },
  ];
  const failures = Array.from({ length: failMax }, () => failure).flat();
  return [...failures, { type: 'wait', ms: resetTimeoutMs }, { type: 'call', at: 0 }];
}

interface Flight {
  readonly at: number;
  readonly task: Task<void>;
  readonly call: Promise<void>;
  readonly reference: ReferenceCall;
}

/** Runs the same steps on circuits and on the reference. */
class ModelRun {
  readonly clock = new FakeClock();
  readonly #settings: ReferenceOptions;
  readonly #reference: ReferenceCircuit;
  readonly #redis: SimulatedRedis | undefined;
  readonly #circuits: Circuit[];
  #flights: Flight[] = [];
  #admitted = 0;
  /** The process that makes calls while Redis is down. */
  #survivor: number | undefined;
  #outage: ReferenceOutage | undefined;

  constructor(settings: ReferenceOptions, redis?: SimulatedRedis) {
    this.#settings = settings;
    this.#reference = new ReferenceCircuit(settings);
    this.#redis = redis;
    this.#circuits = Array.from({ length: redis ? PROCESSES : 1 }, () => this.#createCircuit());
  }

  async step(next: SharedStep): Promise<void> {
    switch (next.type) {
      case 'wait':
        this.clock.advance(next.ms);
        this.#reference.wait(next.ms);
        break;
      case 'call':
        await this.#call(this.#survivor ?? next.at % this.#circuits.length);
        break;
      case 'end':
        await this.#end(next.which, next.outcome);
        break;
      case 'isolate':
        await this.#circuitOf(next.at).isolate('maintenance', this.clock.now() + next.forMs);
        this.#reference.apply('isolate', next.forMs);
        break;
      case 'release':
      case 'reset':
        await this.#circuitOf(next.at)[next.type]('by hand');
        this.#reference.apply(next.type);
        break;
      default:
        await this.#disturb(next);
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.#redis?.settle();
  }

  /** Returns the view of each process that may make calls. */
  actual(): unknown[] {
    return this.#callable().map((circuit) => {
      const { state, failCount, resetTimeoutMs, nextTrialAt } = circuit.snapshot();
      const waitMs = nextTrialAt === undefined ? 0 : nextTrialAt - this.clock.now();
      const calls = { admits: circuit.admits(), admitted: this.#admitted };
      return { state, failCount, resetTimeoutMs, waitMs, ...calls };
    });
  }

  expected(): unknown[] {
    return this.#callable().map(() => ({ ...this.#reference.snapshot(), admitted: this.#reference.admitted }));
  }

  close(): void {
    for (const circuit of this.#circuits) circuit.close();
  }

  #callable(): Circuit[] {
    return this.#survivor === undefined ? this.#circuits : [this.#circuitOf(this.#survivor)];
  }

  #circuitOf(process: number): Circuit {
    const circuit = this.#circuits[(this.#survivor ?? process) % this.#circuits.length];
    if (!circuit) throw new Error('unknown process');
    return circuit;
  }

  #createCircuit(): Circuit {
    return createCircuit({
      ...this.#settings,
      name: 'model',
      clock: this.clock,
      random: () => 0.5,
      classify: (error) => (error === 'ignored' ? 'ignored' : 'failure'),
      ...(this.#redis && { redis: this.#redis.connect() }),
    });
  }

  async #call(process: number): Promise<void> {
    const reference = this.#reference.tryAcquire();
    const task = createTask<void>();
    const call = this.#circuitOf(process).execute(task.work);
    call.catch(() => {});
    await this.settle();
    this.#admitted += task.calls();
    if (reference) this.#flights.push({ at: process, task, call, reference });
  }

  async #end(which: number, how: CircuitOutcome): Promise<void> {
    const ending = this.#flights.filter((flight) => this.#survivor === undefined || flight.at === this.#survivor);
    const flight = ending[which % (ending.length || 1)];
    if (!flight) return;
    this.#flights = this.#flights.filter((one) => one !== flight);
    if (how === 'success') flight.task.resolve();
    else flight.task.reject(how);
    await flight.call.catch(() => {});
    (this.#outage ?? this.#reference).record(flight.reference, how);
  }

  async #disturb(next: Exclude<SharedStep, Step>): Promise<void> {
    const redis = this.#redis;
    if (!redis) return;
    if (next.type === 'up' && this.#outage) {
      await redis.up(next.data);
      this.#survivor = undefined;
      this.#outage.end(next.data);
      this.#outage = undefined;
    }
    if (this.#outage) return;
    // After an unnoticed flush the mirrors still count lost permits until their deadlines.
    if (next.type === 'flush' && this.#reference.trials().length === 0) {
      await redis.flush();
      // A new epoch begins at another microsecond.
      await this.step({ type: 'wait', ms: 1 });
    }
    if (next.type === 'restart') await this.#restart(next.at, redis);
    if (next.type === 'down') {
      redis.down();
      this.#survivor = next.at;
      this.#outage = new ReferenceOutage(this.#reference);
    }
  }

  async #restart(process: number, redis: SimulatedRedis): Promise<void> {
    const isFlushed = (await redis.command('EXISTS', 'circuit:{model}:state')) === 0;
    // A new state counts as later, until another process restores its own.
    if (isFlushed) this.#reference.calls.clear();
    this.#circuitOf(process).close();
    this.#circuits[process] = this.#createCircuit();
    this.#flights = this.#flights.filter((flight) => flight.at !== process);
  }
}

/** Found by random steps: a trial of one outage ended a trial of the next outage. */
const TRIAL_OF_AN_EARLIER_OUTAGE: [ReferenceOptions, boolean, SharedStep[]] = [
  {
    failMax: 1,
    resetTimeoutMs: 50,
    maxResetTimeoutMs: 100,
    successThreshold: 1,
    trialPermits: 1,
    trialDeadlineMs: 30,
  },
  true,
  [
    { type: 'wait', ms: 1000 },
    { type: 'end', which: 0, outcome: 'failure' },
    { type: 'down', at: 0 },
    { type: 'call', at: 0 },
    { type: 'up', data: 'kept' },
    { type: 'down', at: 0 },
    { type: 'call', at: 0 },
    { type: 'end', which: 0, outcome: 'failure' },
  ],
];

describe('after any steps a circuit behaves like the reference', () => {
  let redis: SimulatedRedis;

  beforeAll(async () => {
    redis = await SimulatedRedis.create();
  });
  afterAll(() => {
    redis.close();
    vi.restoreAllMocks();
  });

  it('in one process', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.array(step, { maxLength: 60, size: 'max' }), async (settings, steps) => {
        const run = new ModelRun(settings);
        for (const next of steps) {
          await run.step(next);
          expect(run.actual()).toEqual(run.expected());
        }
        run.close();
        expect(run.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('in processes that restart and share it over a Redis that fails and loses data', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(options, fc.boolean(), sharedSteps, async (settings, reachesTrial, steps) => {
        await redis.up('lost');
        const run = new ModelRun(settings, redis);
        vi.spyOn(Date, 'now').mockImplementation(() => run.clock.now());
        try {
          await run.settle();
          for (const next of reachesTrial ? [...untilTrial(settings), ...steps] : steps) {
            await run.step(next);
            expect(run.actual()).toEqual(run.expected());
          }
        } finally {
          run.close();
        }
        expect(run.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 150, examples: [TRIAL_OF_AN_EARLIER_OUTAGE] },
    );
  });
});

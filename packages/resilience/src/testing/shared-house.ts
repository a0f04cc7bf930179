import { afterEach, beforeEach, vi } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit, CircuitEvent, CircuitOptions, CircuitStatus } from '../circuit/types.ts';
import { FakeClock } from './fake-clock.ts';
import { fail } from './local-circuit.ts';
import { SERVICE_CIRCUIT } from './service-circuit.ts';
import { SimulatedRedis } from './simulated-redis.ts';

/** One process of a test, and what its circuit has told. */
export type Member = Circuit & { readonly events: CircuitEvent[]; types(): string[] };

/** For each test a Redis whose clock runs with a fake one, and the processes that join there. */
export class SharedHouse {
  clock: FakeClock = new FakeClock();
  members: Circuit[] = [];
  #redis: SimulatedRedis | undefined;

  /** Sets the house up around each test of a file. */
  static forEachTest(): SharedHouse {
    const house = new SharedHouse();
    beforeEach(() => house.#open());
    afterEach(() => house.#close());
    return house;
  }

  get redis(): SimulatedRedis {
    if (!this.#redis) throw new Error('a house is open during tests only');
    return this.#redis;
  }

  readonly settle = (): Promise<void> => this.redis.settle();
  readonly states = (): CircuitStatus[] => this.members.map((circuit) => circuit.snapshot().state);

  readonly join = async (options: Partial<CircuitOptions> = {}, transport: 'tcp' | 'rest' = 'tcp'): Promise<Member> => {
    const circuit = this.start(options, transport);
    const events: CircuitEvent[] = [];
    circuit.subscribe((event) => events.push(event));
    await this.settle();
    return Object.assign(circuit, { events, types: () => events.map(({ type }) => type) });
  };

  /** Joins, and does not wait until it knows how things stand. */
  start(options: Partial<CircuitOptions> = {}, transport: 'tcp' | 'rest' = 'tcp'): Circuit {
    const circuit = createCircuit({
      ...SERVICE_CIRCUIT,
      classify: (error) => (error === 'ignored' ? 'ignored' : 'failure'),
      clock: this.clock,
      random: () => 0,
      redis: this.redis.connect(transport),
      ...options,
    });
    this.members.push(circuit);
    return circuit;
  }

  /** By failures of the first. */
  readonly openAll = async (): Promise<void> => {
    const [first] = this.members;
    if (!first) throw new Error('nobody has joined');
    for (let n = 0; n < 3; n += 1) await fail(first);
    await this.settle();
    if (this.states().some((state) => state !== 'open')) throw new Error(`not all are open: ${this.states().join()}`);
  };

  async #open(): Promise<void> {
    this.clock = new FakeClock();
    this.members = [];
    vi.spyOn(Date, 'now').mockImplementation(() => this.clock.now());
    this.#redis = await SimulatedRedis.create();
  }

  #close(): void {
    for (const circuit of this.members) circuit.close();
    this.#redis?.close();
    vi.restoreAllMocks();
    if (this.clock.pendingTimers > 0) throw new Error('a closed circuit left a timer');
  }
}

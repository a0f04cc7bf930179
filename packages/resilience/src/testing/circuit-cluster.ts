import { afterEach, beforeEach, vi } from 'vitest';
import { createCircuit } from '../circuit/circuit-breaker.ts';
import type { Circuit, CircuitEvent, CircuitOptions, CircuitStatus } from '../circuit/types.ts';
import { FakeClock } from './fake-clock.ts';
import { fail, SERVICE_CIRCUIT } from './local-circuit.ts';
import { SimulatedRedis } from './simulated-redis.ts';

/** The circuit of one process of a cluster, with its events. */
export type ClusterCircuit = Circuit & { readonly events: CircuitEvent[]; types(): string[] };

/** Processes that share a circuit over a simulated Redis, whose clock follows a fake one. */
export class CircuitCluster {
  clock: FakeClock = new FakeClock();
  circuits: Circuit[] = [];
  #redis: SimulatedRedis | undefined;

  /** Sets a cluster up before each test of a file, and closes it after. */
  static forEachTest(): CircuitCluster {
    const cluster = new CircuitCluster();
    beforeEach(() => cluster.#open());
    afterEach(() => cluster.#close());
    return cluster;
  }

  get redis(): SimulatedRedis {
    if (!this.#redis) throw new Error('a cluster is open during tests only');
    return this.#redis;
  }

  readonly settle = (): Promise<void> => this.redis.settle();
  readonly states = (): CircuitStatus[] => this.circuits.map((circuit) => circuit.snapshot().state);

  readonly addProcess = async (
    options: Partial<CircuitOptions> = {},
    transport: 'tcp' | 'rest' = 'tcp',
  ): Promise<ClusterCircuit> => {
    const circuit = this.startProcess(options, transport);
    const events: CircuitEvent[] = [];
    circuit.subscribe((event) => events.push(event));
    await this.settle();
    return Object.assign(circuit, { events, types: () => events.map(({ type }) => type) });
  };

  /** Adds a process without waiting until it knows the state of the circuit. */
  startProcess(options: Partial<CircuitOptions> = {}, transport: 'tcp' | 'rest' = 'tcp'): Circuit {
    const circuit = createCircuit({
      ...SERVICE_CIRCUIT,
      classify: (error) => (error === 'ignored' ? 'ignored' : 'failure'),
      clock: this.clock,
      random: () => 0,
      redis: this.redis.connect(transport),
      ...options,
    });
    this.circuits.push(circuit);
    return circuit;
  }

  /** Opens the circuit everywhere, by failures of the first process. */
  readonly openAll = async (): Promise<void> => {
    const [first] = this.circuits;
    if (!first) throw new Error('the cluster has no process');
    for (let n = 0; n < 3; n += 1) await fail(first);
    await this.settle();
    if (this.states().some((state) => state !== 'open')) throw new Error(`not all are open: ${this.states().join()}`);
  };

  async #open(): Promise<void> {
    this.clock = new FakeClock();
    this.circuits = [];
    vi.spyOn(Date, 'now').mockImplementation(() => this.clock.now());
    this.#redis = await SimulatedRedis.create();
  }

  #close(): void {
    for (const circuit of this.circuits) circuit.close();
    this.#redis?.close();
    vi.restoreAllMocks();
    if (this.clock.pendingTimers > 0) throw new Error('a closed circuit left a timer');
  }
}

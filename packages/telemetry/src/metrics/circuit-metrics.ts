import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { KEPT_PROVIDER } from './provider-metrics.ts';

/** States of a circuit breaker. The place of a state is its number in the gauges. */
const STATES = ['closed', 'half_open', 'open', 'isolated'] as const;
const TRIAL_OUTCOMES = ['succeeded', 'failed', 'ignored', 'abandoned'] as const;

type CircuitState = (typeof STATES)[number];
type TrialOutcome = (typeof TRIAL_OUTCOMES)[number];

/** A circuit breaker at the time of the scrape. */
interface CircuitNumbers {
  readonly state: CircuitState;
  /** Consecutive failures. */
  readonly failures: number;
  /** Consecutive failures that open the circuit breaker. */
  readonly failureLimit: number;
  /** How long it has been open since the process started, the running opening included. */
  readonly openMs: number;
}

/** Metrics of the circuit breakers, one for each provider, as this process sees them. */
export interface CircuitMetrics {
  /** Starts the counters of a provider at 0. Its gauges read `numbers` at each scrape. */
  watch(provider: string, numbers: () => CircuitNumbers): void;
  recordTransition(provider: string, to: CircuitState): void;
  recordTrial(provider: string, outcome: TrialOutcome): void;
  /** Records a call that was refused because the circuit breaker was not closed. */
  recordRejection(provider: string): void;
}

export function createCircuitMetrics(registry: Registry): CircuitMetrics {
  const watched = new Map<string, () => CircuitNumbers>();
  const registers = [registry];

  function gauge(name: string, help: string, valueOf: (numbers: CircuitNumbers) => number): void {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['provider'],
        registers: [],
        collect() {
          for (const [provider, numbers] of watched) this.set({ provider }, valueOf(numbers()));
        },
      }),
    );
  }
  const stateOf = ({ state }: CircuitNumbers) => STATES.indexOf(state);
  gauge('plantcommunity_circuit_state', '0 closed, 1 half-open, 2 open, 3 isolated.', stateOf);
  gauge('plantcommunity_circuit_failures', 'Consecutive failures of calls.', ({ failures }) => failures);
  gauge(
    'plantcommunity_circuit_failure_limit',
    'Consecutive failures that open the circuit breaker.',
    ({ failureLimit }) => failureLimit,
  );
  registry.registerMetric(
    new Counter({
      name: 'plantcommunity_circuit_open_seconds_total',
      help: 'How long the circuit breaker was open.',
      labelNames: ['provider'],
      registers: [],
      collect() {
        this.reset();
        for (const [provider, numbers] of watched) this.inc({ provider }, numbers().openMs / 1_000);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'plant_id_circuit_state',
      help: 'State of the circuit breaker of Plant.id: 0 closed, 1 half-open, 2 open, 3 isolated.',
      registers: [],
      collect() {
        const numbers = watched.get(KEPT_PROVIDER)?.();
        if (numbers !== undefined) this.set(stateOf(numbers));
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: 'plant_id_circuit_open_duration_seconds',
      help: 'How long the circuit breaker of Plant.id was open.',
      registers: [],
      collect() {
        this.reset();
        this.inc((watched.get(KEPT_PROVIDER)?.().openMs ?? 0) / 1_000);
      },
    }),
  );
  const transitions = new Counter({
    name: 'plantcommunity_circuit_transitions_total',
    help: 'Changes of state by the new state; each process counts the changes of the shared circuit breaker.',
    labelNames: ['provider', 'to'],
    registers,
  });
  const trials = new Counter({
    name: 'plantcommunity_circuit_trials_total',
    help: 'Trial calls while half-open; an ignored one says nothing about the provider, an abandoned one had no result in time.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const rejections = new Counter({
    name: 'plantcommunity_circuit_rejections_total',
    help: 'Calls that were refused because the circuit breaker was not closed.',
    labelNames: ['provider'],
    registers,
  });

  return {
    watch(provider, numbers) {
      watched.set(provider, numbers);
      for (const to of STATES) transitions.inc({ provider, to }, 0);
      for (const outcome of TRIAL_OUTCOMES) trials.inc({ provider, outcome }, 0);
      rejections.inc({ provider }, 0);
    },
    recordTransition: (provider, to) => transitions.inc({ provider, to }),
    recordTrial: (provider, outcome) => trials.inc({ provider, outcome }),
    recordRejection: (provider) => rejections.inc({ provider }),
  };
}

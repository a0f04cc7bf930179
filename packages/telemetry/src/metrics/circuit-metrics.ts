import { Counter, type Registry } from '@prometheus-io/client';
import { KEPT_PROVIDER } from '../kept-provider.ts';
import { addReadCounter, addReadGauge } from './read-at-scrape.ts';

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
  /** Starts the counters of a provider at 0; each scrape reads `numbers`. */
  watchProvider(provider: string, numbers: () => CircuitNumbers): void;
  recordTransition(provider: string, to: CircuitState): void;
  recordTrial(provider: string, outcome: TrialOutcome): void;
  /** Records a call that was refused because the circuit breaker was not closed. */
  recordRejection(provider: string): void;
}

export function createCircuitMetrics(registry: Registry): CircuitMetrics {
  const watched = new Map<string, () => CircuitNumbers>();
  const registers = [registry];

  const ofEach = (valueOf: (numbers: CircuitNumbers) => number) => () =>
    Array.from(watched, ([provider, numbers]) => ({ labels: { provider }, value: valueOf(numbers()) }));
  const ofKept = (valueOf: (numbers: CircuitNumbers) => number) => () => {
    const numbers = watched.get(KEPT_PROVIDER)?.();
    return numbers && valueOf(numbers);
  };
  const stateOf = ({ state }: CircuitNumbers) => STATES.indexOf(state);
  const openSeconds = ({ openMs }: CircuitNumbers) => openMs / 1_000;
  const labelNames = ['provider'] as const;

  addReadGauge(registry, {
    name: 'plantcommunity_circuit_state',
    help: '0 closed, 1 half-open, 2 open, 3 isolated.',
    labelNames,
    read: ofEach(stateOf),
  });
  addReadGauge(registry, {
    name: 'plantcommunity_circuit_failures',
    help: 'Consecutive failures of calls.',
    labelNames,
    read: ofEach(({ failures }) => failures),
  });
  addReadGauge(registry, {
    name: 'plantcommunity_circuit_failure_limit',
    help: 'Consecutive failures that open the circuit breaker.',
    labelNames,
    read: ofEach(({ failureLimit }) => failureLimit),
  });
  addReadCounter(registry, {
    name: 'plantcommunity_circuit_open_seconds_total',
    help: 'How long the circuit breaker was open.',
    labelNames,
    read: ofEach(openSeconds),
  });
  addReadGauge(registry, {
    name: 'plant_id_circuit_state',
    help: 'State of the circuit breaker of Plant.id: 0 closed, 1 half-open, 2 open, 3 isolated.',
    read: ofKept(stateOf),
  });
  addReadCounter(registry, {
    name: 'plant_id_circuit_open_duration_seconds',
    help: 'How long the circuit breaker of Plant.id was open.',
    read: ofKept(openSeconds),
  });
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
    watchProvider(provider, numbers) {
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

import type { CircuitConfig, CircuitEvent, CircuitSnapshot, CircuitState } from './types.ts';

/** Jitter: how much longer than doubled a reset time may be, so that processes do not all retry at the same moment. */
export const JITTER = 0.1;

/** Returns the state of a circuit of which nothing is known: closed. */
export function initialState({ clock, resetTimeoutMs }: CircuitConfig): CircuitState {
  return {
    status: 'closed',
    generation: 0,
    since: clock.monotonic(),
    cause: 'calls',
    reason: '',
    until: undefined,
    failCount: 0,
    lastFailure: '',
    openings: 0,
    openedAt: 0,
    resetTimeoutMs,
    retryAt: 0,
    successes: 0,
  };
}

/** Returns the event of the transition from `before` to a later state; undefined when there is none. */
export function transitionEvent(before: CircuitState, after: CircuitState): CircuitEvent | undefined {
  if (after.generation === before.generation) return undefined;
  const { status, openings, resetTimeoutMs, reason, until } = after;
  const sameStatus = status === before.status;
  switch (status) {
    case 'open':
      if (openings > 1)
        return sameStatus && openings === before.openings ? undefined : { type: 'reopened', resetTimeoutMs };
      return sameStatus ? undefined : { type: 'opened', failCount: after.failCount, resetTimeoutMs };
    case 'half_open':
      return sameStatus ? undefined : { type: 'half_opened' };
    case 'isolated':
      if (sameStatus && reason === before.reason && until === before.until) return undefined;
      return { type: 'isolated', reason, ...(until !== undefined && { until }) };
    case 'closed':
      return closingEvent(before, after);
  }
}

function closingEvent(before: CircuitState, after: CircuitState): CircuitEvent | undefined {
  if (after.cause === 'reset') return { type: 'reset', reason: after.reason };
  if (before.status === 'closed') return undefined;
  if (before.status === 'isolated') return { type: 'released', ...(after.reason !== '' && { reason: after.reason }) };
  return { type: 'closed', downMs: after.since - after.openedAt };
}

/** Returns a state as people and other machines read it: with wall-clock times. */
export function toSnapshot(state: CircuitState, config: CircuitConfig): CircuitSnapshot {
  const { status, failCount, lastFailure, reason, resetTimeoutMs, retryAt, successes, until } = state;
  const { clock, failMax, name, successThreshold: required } = config;
  const monotonic = clock.monotonic();
  const toEpoch = (at: number) => clock.now() - (monotonic - at);
  return {
    name,
    state: status,
    since: toEpoch(state.since),
    ...((status === 'open' || status === 'half_open') && { openedAt: toEpoch(state.openedAt) }),
    failCount,
    failMax,
    resetTimeoutMs,
    isHealthy: status === 'closed',
    isDegraded: status === 'half_open',
    isUnavailable: status === 'open' || status === 'isolated',
    ...(status === 'open' && { nextTrialAt: clock.now() + Math.max(0, retryAt - monotonic) }),
    ...(status === 'half_open' && { trials: { succeeded: successes, required } }),
    ...(status === 'isolated' && { isolation: { reason, ...(until !== undefined && { until }) } }),
    ...(lastFailure !== '' && { lastFailure }),
  };
}

/** Draws the jitter from the option `random` if it returns a number from 0 to 1, else from Math.random(). */
export function drawJitter({ random }: Pick<CircuitConfig, 'random'>): number {
  const drawn = random();
  return drawn >= 0 && drawn <= 1 ? drawn : Math.random();
}

/**
 * Returns how long a circuit stays open for the `attempt`-th time in a row (1: it was closed before): the base, then
 * doubled each time, plus 0 to 10 % on doubled times only, never over the maximum. All in milliseconds.
 * @param random 0 up to 1
 */
export function resetTimeout(
  attempt: number,
  times: Pick<CircuitConfig, 'resetTimeoutMs' | 'maxResetTimeoutMs'>,
  random: () => number,
): number {
  if (attempt <= 1) return times.resetTimeoutMs;
  const doubled = times.resetTimeoutMs * 2 ** (attempt - 1);
  return Math.min(doubled * (1 + JITTER * random()), times.maxResetTimeoutMs);
}

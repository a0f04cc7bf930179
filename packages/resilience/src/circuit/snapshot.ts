import type { CircuitState } from './state.ts';
import type { CircuitOptions, CircuitSnapshot } from './types.ts';

/** A standing as it is told to people and machines: by the wall clock. */
export function toSnapshot(standing: CircuitState, options: CircuitOptions): CircuitSnapshot {
  const {
    status: state,
    failCount,
    lastFailure,
    reason,
    resetTimeoutMs,
    retryAt: restsUntil,
    successes,
    until,
  } = standing;
  const { clock, failMax, name, successThreshold: required } = options;
  const monotonic = clock.monotonic();
  return {
    name,
    state,
    since: clock.now() - (monotonic - standing.since),
    failCount,
    failMax,
    resetTimeoutMs,
    isHealthy: state === 'closed',
    isDegraded: state === 'half_open',
    isUnavailable: state === 'open' || state === 'isolated',
    ...(state === 'open' && { nextTrialAt: clock.now() + Math.max(0, restsUntil - monotonic) }),
    ...(state === 'half_open' && { trials: { succeeded: successes, required } }),
    ...(state === 'isolated' && { isolation: { reason, ...(until !== undefined && { until }) } }),
    ...(lastFailure !== '' && { lastFailure }),
  };
}

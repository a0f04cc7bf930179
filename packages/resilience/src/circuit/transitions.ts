import type { CircuitEvent } from './circuit-events.ts';
import type { CircuitState } from './state.ts';

/** The change of state from one standing to a later one, as its listeners are told; undefined when there is none. */
export function transition(before: CircuitState, after: CircuitState): CircuitEvent | undefined {
  if (after.generation === before.generation) return undefined;
  const { status: state, openings, resetTimeoutMs, reason, until } = after;
  const sameState = state === before.status;
  switch (state) {
    case 'open':
      if (openings > 1)
        return sameState && openings === before.openings ? undefined : { type: 'reopened', resetTimeoutMs };
      return sameState ? undefined : { type: 'opened', failCount: after.failCount, resetTimeoutMs };
    case 'half_open':
      return sameState ? undefined : { type: 'half_opened' };
    case 'isolated':
      if (sameState && reason === before.reason && until === before.until) return undefined;
      return { type: 'isolated', reason, ...(until !== undefined && { until }) };
    case 'closed':
      return closing(before, after);
  }
}

function closing(before: CircuitState, after: CircuitState): CircuitEvent | undefined {
  if (after.cause === 'reset') return { type: 'reset', reason: after.reason };
  if (before.status === 'closed') return undefined;
  if (before.status === 'isolated') return { type: 'released', ...(after.reason !== '' && { reason: after.reason }) };
  return { type: 'closed', downMs: after.since - after.openedAt };
}

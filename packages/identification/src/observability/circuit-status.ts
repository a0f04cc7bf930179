import type { CircuitEvent, CircuitStatus } from '@plantcommunity/resilience';

/** Returns the status of a circuit after an event; undefined for an event that does not change it. */
export function statusAfter({ type }: CircuitEvent): CircuitStatus | undefined {
  switch (type) {
    case 'opened':
    case 'reopened':
      return 'open';
    case 'half_opened':
      return 'half_open';
    case 'isolated':
      return 'isolated';
    case 'closed':
    case 'released':
    case 'reset':
      return 'closed';
    default:
      return undefined;
  }
}

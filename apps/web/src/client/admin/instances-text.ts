import type { CircuitsOverview } from '../../lib/wire.ts';

/** "3 of 3 instances" see what is shown; nothing is known of others without Redis. */
export function instancesText(instances: CircuitsOverview['instances']): string | undefined {
  if (instances === undefined) return undefined;
  const { agree, known } = instances;
  const counted = `${agree} of ${known} ${known === 1 ? 'instance' : 'instances'}`;
  return agree === known ? counted : `${counted} ${agree === 1 ? 'sees' : 'see'} this`;
}

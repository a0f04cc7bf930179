import type { ProviderName } from '@plantcommunity/identification';
import type { InstanceReport } from './registry.ts';

/** A lease of an answer that an instance holds. */
export interface HeldLease {
  provider: ProviderName;
  /** Start of the photo's hash, in hexadecimal digits. */
  photo: string;
  /** Name of the holder in Redis, `provider-hostname-pid-n`. */
  owner: string;
  /** Milliseconds since 1970, in whole seconds: so it stays the same from one report to the next. */
  since: number;
  /** Number of callers on all instances that wait for the answer. */
  waiting: number;
}

/** A holder reports every five seconds, so an older report tells of a lease that has ended. */
const MAX_LEASE_AGE_MS = 10_000;

/** Combines the reports of all instances, the longest held lease first. `now` in milliseconds since 1970. */
export function heldLeases(reports: readonly InstanceReport[], now: number): readonly HeldLease[] {
  const recent = reports.filter(({ ageMs }) => ageMs <= MAX_LEASE_AGE_MS);
  const waiting = new Map<string, number>();
  for (const { key, waiting: callers } of recent.flatMap(({ leases }) => leases)) {
    waiting.set(key, (waiting.get(key) ?? 0) + callers);
  }
  const held = recent.flatMap(({ ageMs, leases }) =>
    leases.flatMap(({ held: holding, key, photo, provider }) => {
      if (holding === undefined) return [];
      const since = Math.round((now - ageMs - holding.heldMs) / 1_000) * 1_000;
      return { provider, photo, owner: holding.owner, since, waiting: waiting.get(key) ?? 0 };
    }),
  );
  return held.toSorted((one, other) => one.since - other.since);
}

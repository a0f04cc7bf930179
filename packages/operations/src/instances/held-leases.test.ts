import { describe, expect, it } from 'vitest';
import { heldLeases } from './held-leases.ts';
import type { InstanceReport, ReportedLease } from './registry.ts';

const NOW = Date.parse('2026-11-27T10:00:00Z');

function lease(photo: string, given: Partial<ReportedLease>): ReportedLease {
  return { provider: 'plant_id', key: `plant_id:${photo}:0`, photo, waiting: 0, ...given };
}

function report(ageMs: number, ...leases: ReportedLease[]): InstanceReport {
  return { ageMs, states: undefined, leases };
}

const heldBy = (owner: string, heldMs: number) => ({ held: { owner, heldMs } });

describe('the held leases of all instances', () => {
  it('have the callers of all instances that wait, and the longest held lease comes first', () => {
    const reports = [
      report(0, lease('aaaaaaaa', { ...heldBy('one', 1_000), waiting: 2 }), lease('bbbbbbbb', { waiting: 4 })),
      report(3_000, lease('bbbbbbbb', { ...heldBy('two', 6_000), waiting: 1 }), lease('aaaaaaaa', { waiting: 5 })),
      report(0, lease('aaaaaaaa', { waiting: 1, key: 'plant_id:aaaaaaaa:other options' })),
    ];
    expect(heldLeases(reports, NOW)).toEqual([
      { provider: 'plant_id', photo: 'bbbbbbbb', owner: 'two', since: NOW - 9_000, waiting: 5 },
      { provider: 'plant_id', photo: 'aaaaaaaa', owner: 'one', since: NOW - 1_000, waiting: 7 },
    ]);
  });

  it('begin in the same second from one report to the next', () => {
    const since = [120, 240].map(
      (ms) => heldLeases([report(40, lease('aaaaaaaa', heldBy('one', 1_000 + ms)))], NOW + ms)[0]?.since,
    );
    expect(since).toEqual([NOW - 1_000, NOW - 1_000]);
  });

  it('are without those of an instance that is silent for more than ten seconds', () => {
    expect(heldLeases([report(10_001, lease('aaaaaaaa', heldBy('one', 1_000)))], NOW)).toEqual([]);
    expect(heldLeases([report(10_000, lease('aaaaaaaa', heldBy('one', 1_000)))], NOW)).toHaveLength(1);
  });
});

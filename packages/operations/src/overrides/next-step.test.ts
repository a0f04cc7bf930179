import { describe, expect, it } from 'vitest';
import { nextStep } from './next-step.ts';
import type { ActiveOverride } from './store.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const reason = 'Their status page says outage.';
const common = { id: '01', reason, by: 'ada@example.org', createdAt: new Date(NOW - 1000) };
const isolate: ActiveOverride = { ...common, action: 'isolate' };
const until = new Date(NOW + 60_000);
const isolateUntil: ActiveOverride = { ...isolate, until };
const reset: ActiveOverride = { ...common, action: 'reset' };

function step(
  override?: ActiveOverride,
  isolation?: { reason: string; until?: number },
  progress: Partial<Parameters<typeof nextStep>[2]> = {},
) {
  return nextStep(override, isolation, {
    now: NOW,
    appliedId: undefined,
    hasTriedShared: false,
    reset: undefined,
    ...progress,
  });
}

describe('the next step of a circuit', () => {
  it.each([
    { name: 'no override and no isolation', override: undefined, isolation: undefined },
    { name: 'an isolation that is applied', override: isolate, isolation: { reason } },
    {
      name: 'an isolation that is applied with its end',
      override: isolateUntil,
      isolation: { reason, until: until.getTime() },
    },
  ])('is none for $name', ({ override, isolation }) => {
    expect(step(override, isolation)).toBeUndefined();
  });

  it.each([
    { name: 'the circuit is not isolated', override: isolate, isolation: undefined },
    { name: 'the circuit has another reason', override: isolate, isolation: { reason: 'For an older reason.' } },
    { name: 'the circuit has another end', override: isolateUntil, isolation: { reason, until: NOW + 1 } },
    {
      name: 'the circuit has an end and the override has none',
      override: isolate,
      isolation: { reason, until: NOW + 1 },
    },
  ])('is to isolate when $name', ({ override, isolation }) => {
    expect(step(override, isolation)).toEqual({ type: 'isolate', override });
  });

  it('is to release an isolation without an override', () => {
    expect(step(undefined, { reason })).toEqual({ type: 'release' });
  });

  it('is to expire an override at its end before any other step', () => {
    const over = { ...isolate, until: new Date(NOW) };
    expect(step(over, { reason, until: NOW })).toEqual({ type: 'expire', override: over });
    expect(step(over, undefined)).toEqual({ type: 'expire', override: over });
  });

  it('is to expire an isolation that the circuit has ended, though the clock here is 5 s behind', () => {
    const nearlyOver = { ...isolate, until: new Date(NOW + 5_000) };
    expect(step(nearlyOver, undefined, { appliedId: isolate.id })).toEqual({ type: 'expire', override: nearlyOver });
    expect(step(nearlyOver)).toEqual({ type: 'isolate', override: nearlyOver });
    expect(step(isolateUntil, undefined, { appliedId: isolate.id })).toEqual({
      type: 'isolate',
      override: isolateUntil,
    });
  });

  it('is to reset once, which also ends an isolation', () => {
    expect(step(reset, { reason })).toEqual({ type: 'reset', override: reset });
    expect(step(reset)).toEqual({ type: 'reset', override: reset });
    const earlier = { reset: { id: '00', scope: 'shared' } } as const;
    expect(step(reset, undefined, earlier)).toEqual({ type: 'reset', override: reset });
  });

  it('is to repeat a local reset on the shared state, once a run, and to complete the override only then', () => {
    const local = { reset: { id: reset.id, scope: 'local' } } as const;
    expect(step(reset, undefined, local)).toEqual({ type: 'reset_shared', override: reset });
    expect(step(reset, undefined, { ...local, hasTriedShared: true })).toBeUndefined();
    expect(step(reset, { reason }, { ...local, hasTriedShared: true })).toEqual({ type: 'release' });
    const shared = { reset: { id: reset.id, scope: 'shared' }, hasTriedShared: true } as const;
    expect(step(reset, undefined, shared)).toEqual({ type: 'complete', override: reset });
  });
});

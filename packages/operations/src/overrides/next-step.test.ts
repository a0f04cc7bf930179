import { describe, expect, it } from 'vitest';
import type { ActiveOverride } from './active-override.ts';
import { nextStep } from './next-step.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const reason = 'Their status page says outage.';
const about = { id: '01', reason, by: 'ada@example.org', createdAt: new Date(NOW - 1000) };
const isolate: ActiveOverride = { ...about, action: 'isolate' };
const until = new Date(NOW + 60_000);
const isolateUntil: ActiveOverride = { ...isolate, until };
const reset: ActiveOverride = { ...about, action: 'reset' };

function step(
  order?: ActiveOverride,
  isolation?: { reason: string; until?: number },
  { appliedId: followed, hasTriedShared: hasTried = false, reset: last }: Partial<Parameters<typeof nextStep>[2]> = {},
) {
  return nextStep(order, isolation, { now: NOW, appliedId: followed, hasTriedShared: hasTried, reset: last });
}

describe('the next step of a circuit', () => {
  it.each([
    ['nothing ordered, nothing isolated', undefined, undefined],
    ['isolated as ordered', isolate, { reason }],
    ['isolated as ordered, until its end', isolateUntil, { reason, until: until.getTime() }],
  ])('is none when it follows: %s', (_case, order, isolation) => {
    expect(step(order, isolation)).toBeUndefined();
  });

  it.each([
    ['it is not', isolate, undefined],
    ['the reason is another', isolate, { reason: 'For an older reason.' }],
    ['the end is another', isolateUntil, { reason, until: NOW + 1 }],
    ['it has an end that was not ordered', isolate, { reason, until: NOW + 1 }],
  ])('is to isolate when %s', (_case, order, isolation) => {
    expect(step(order, isolation)).toEqual({ do: 'isolate', order });
  });

  it('is to release what nobody ordered to be isolated', () => {
    expect(step(undefined, { reason })).toEqual({ do: 'release' });
  });

  it('is to note that time is up before anything else', () => {
    const over = { ...isolate, until: new Date(NOW) };
    expect(step(over, { reason, until: NOW })).toEqual({ do: 'expire', order: over });
    expect(step(over, undefined)).toEqual({ do: 'expire', order: over });
  });

  it('is to note the end that the circuit has seen, though our clock is a moment behind', () => {
    const nearlyOver = { ...isolate, until: new Date(NOW + 5_000) };
    expect(step(nearlyOver, undefined, { appliedId: isolate.id })).toEqual({ do: 'expire', order: nearlyOver });
    expect(step(nearlyOver)).toEqual({ do: 'isolate', order: nearlyOver });
    expect(step(isolateUntil, undefined, { appliedId: isolate.id })).toEqual({ do: 'isolate', order: isolateUntil });
  });

  it('is to reset once, which ends an isolation too', () => {
    expect(step(reset, { reason })).toEqual({ do: 'reset', order: reset });
    expect(step(reset)).toEqual({ do: 'reset', order: reset });
    expect(step(reset, undefined, { reset: { id: '00', reach: 'shared' } })).toEqual({ do: 'reset', order: reset });
  });

  it('is to take a reset that held here alone on to all, once a look, and only then to note it', () => {
    const here = { reset: { id: reset.id, reach: 'local' } } as const;
    expect(step(reset, undefined, here)).toEqual({ do: 'reset for all', order: reset });
    expect(step(reset, undefined, { ...here, hasTriedShared: true })).toBeUndefined();
    expect(step(reset, { reason }, { ...here, hasTriedShared: true })).toEqual({ do: 'release' });
    const all = { reset: { id: reset.id, reach: 'shared' }, hasTried: true } as const;
    expect(step(reset, undefined, all)).toEqual({ do: 'note as done', order: reset });
  });
});

import { describe, expect, it } from 'vitest';
import { minuteOf, overviewOf } from '../testing/overview-of.ts';
import { overviewAfter } from './follow-overview.ts';

const START = Date.UTC(2026, 10, 22, 1);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const hour = Array.from({ length: 60 }, (_, n) => minuteOf({ at: at(n) }));
const overview = overviewOf({
  at: at(60),
  instances: { agree: 1, known: 1 },
  minutes: { plant_id: hour, plantnet: hour },
});

describe('an overview after an event', () => {
  it('is the whole one that arrived', () => {
    expect(overviewAfter(undefined, { type: 'whole', overview })).toBe(overview);
  });

  it('has the changed parts, without those that are gone', () => {
    const changes = { at: at(61), shared: false };
    const next = overviewAfter(overview, { type: 'changes', changes, gone: ['instances'] });
    const { instances: _gone, ...others } = overview;
    expect(next).toEqual({ ...others, ...changes });
    expect(next).not.toHaveProperty('instances');
  });

  it('has the changed minutes in their place, and drops minutes that are older than an hour', () => {
    const plantId = [minuteOf({ at: at(59), success: 2 }), minuteOf({ at: at(60), success: 1 })];
    const changes = { at: at(61), minutes: { plant_id: plantId, plantnet: [] } };
    const next = overviewAfter(overview, { type: 'changes', changes, gone: [] });
    expect(next?.minutes.plant_id).toEqual([...hour.slice(1, 59), ...plantId]);
    expect(next?.minutes.plantnet).toEqual(hour);
  });

  it('is unknown while the whole one has not arrived', () => {
    expect(overviewAfter(undefined, { type: 'changes', changes: { at: at(61) }, gone: [] })).toBeUndefined();
  });
});

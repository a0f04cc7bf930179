import { describe, expect, it } from 'vitest';
import type { Overview } from '../../lib/wire.ts';
import { afterEvent, circuitsOf } from './follow-overview.ts';

const START = Date.UTC(2026, 10, 22, 1);
const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
const counts = { success: 0, failure: 0, timeout: 0, refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };
const minute = (n: number, given: Partial<Overview['minutes']['plant_id'][number]> = {}) => ({
  at: at(n),
  ...counts,
  leases: 0,
  failures: 0,
  ...given,
});
const hour = Array.from({ length: 60 }, (_, n) => minute(n));
const circuit: Overview['circuits']['plant_id'] = {
  state: 'closed',
  fail_count: 0,
  fail_max: 3,
  reset_timeout_ms: 60_000,
  max_reset_timeout_ms: 300_000,
  timeout_ms: 35_000,
  opened: 0,
  states: [],
};
const overview: Overview = {
  at: at(60),
  shared: true,
  instances: { agree: 1, known: 1 },
  answers: { minutes: 15, cached: 0, stale: 0, fresh: 0, waiting: 0 },
  circuits: { plant_id: circuit, plantnet: circuit },
  minutes: { plant_id: hour, plantnet: hour },
  hour: { plant_id: {}, plantnet: {} },
  urgency: { answer: 'no', checks: [] },
  alerts: { items: [] },
  cache: { memory: 0, redis: 0, miss: 0, stale: 0, saved: 0, credit_cost: 0.029 },
  limits: { rows: [], factor: 1 },
  leases: { timeouts: 0 },
  jobs: [],
  dependencies: {
    redis: { state: 'up' },
    database: { state: 'up', in_use: 0, size: 10, waiting: 0 },
    photo_store: { state: 'up', orphans: 0 },
    decoder: { busy: 0, size: 2, waiting: 0 },
  },
  audit: [],
};

describe('an overview after an event', () => {
  it('is the whole one that arrived', () => {
    expect(afterEvent(undefined, { type: 'whole', overview })).toBe(overview);
  });

  it('has the changed parts, without those that are gone', () => {
    const changes = { at: at(61), shared: false };
    const next = afterEvent(overview, { type: 'changes', changes, gone: ['instances'] });
    const { instances: _gone, ...others } = overview;
    expect(next).toEqual({ ...others, ...changes });
    expect(next).not.toHaveProperty('instances');
  });

  it('has the changed minutes in their place, and drops minutes that are older than an hour', () => {
    const plantId = [minute(59, { success: 2 }), minute(60, { success: 1 })];
    const changes = { at: at(61), minutes: { plant_id: plantId, plantnet: [] } };
    const next = afterEvent(overview, { type: 'changes', changes, gone: [] });
    expect(next?.minutes.plant_id).toEqual([...hour.slice(1, 59), ...plantId]);
    expect(next?.minutes.plantnet).toEqual(hour);
  });

  it('is unknown while the whole one has not arrived', () => {
    expect(afterEvent(undefined, { type: 'changes', changes: { at: at(61) }, gone: [] })).toBeUndefined();
  });
});

it('circuitsOf gives each circuit its minutes and the sums of the hour', () => {
  const minutes = [
    minute(0, { success: 3, failure: 1, timeout: 1, isolated: 2, p95_ms: 900 }),
    minute(1, { success: 1 }),
  ];
  const { circuits } = circuitsOf({
    ...overview,
    minutes: { plant_id: minutes, plantnet: [] },
    hour: { plant_id: { p50_ms: 1, p95_ms: 2, p99_ms: 3 }, plantnet: {} },
  });
  expect(circuits.plant_id).toMatchObject({
    minutes: [
      { at: at(0), ok: 3, failed: 2, refused: 2, p95_ms: 900 },
      { at: at(1), ok: 1, failed: 0, refused: 0 },
    ],
    outcomes: { ...counts, success: 4, failure: 1, timeout: 1, isolated: 2 },
    latency: { p50_ms: 1, p95_ms: 2, p99_ms: 3 },
  });
  expect(circuits.plantnet).not.toHaveProperty('latency');
});

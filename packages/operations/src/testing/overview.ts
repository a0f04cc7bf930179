import type { CircuitOverview, Overview } from '../overview.ts';
import { healthyDependencies } from './dependencies.ts';

const circuit: CircuitOverview = {
  state: 'closed',
  failCount: 0,
  failMax: 3,
  resetTimeoutMs: 60_000,
  maxResetTimeoutMs: 300_000,
  timeoutMs: 35_000,
  outOfQuota: false,
  opened: 0,
  states: [],
};

/** Makes an overview in which nothing has happened, with the given parts. */
export function overviewOf(given: Partial<Overview> = {}): Overview {
  return {
    at: 0,
    shared: true,
    answers: { minutes: 15, cached: 0, stale: 0, fresh: 0, retry: 0 },
    circuits: { plant_id: circuit, plantnet: circuit },
    minutes: { plant_id: [], plantnet: [] },
    quantiles: { plant_id: {}, plantnet: {} },
    urgency: { answer: 'no', checks: [] },
    alerts: { items: [] },
    cache: { memory: 0, redis: 0, miss: 0, stale: 0, savedCalls: 0, savedCredits: 0, usualCredits: 2, creditCost: 0 },
    limits: { rows: [], periods: [], factor: 1 },
    leases: { held: [], timeouts: 0 },
    jobs: [],
    dependencies: healthyDependencies,
    quotas: { rows: [] },
    legacy: { sunsetAt: 0, rows: [] },
    audit: [],
    ...given,
  };
}

/** Makes a minute without calls, with the given counts. */
export function minuteOf(given: Partial<Overview['minutes']['plant_id'][number]>) {
  const sent = { ok: 0, failed: 0, timeout: 0 };
  const others = { refused: 0, isolated: 0, held_back: 0, cached: 0, stale: 0 };
  return { at: 0, ...sent, ...others, leases: 0, failures: 0, ...given };
}

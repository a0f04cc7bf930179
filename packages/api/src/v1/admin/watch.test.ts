import type { Operations, OverviewEvent } from '@plantcommunity/operations';
import { describe, expect, it } from 'vitest';
import { ada, anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { overview } from '../../testing/fake-operations.ts';
import { streamEvents } from '../../testing/stream-events.ts';

const WATCH = 'http://localhost:3000/api/trpc/v1.admin.overview.watch';

/** The whole overview, then `changes` changes. */
async function* seen(changes: number): AsyncGenerator<OverviewEvent> {
  yield { type: 'whole', overview };
  for (let n = 1; n <= changes; n += 1) {
    const at = overview.at + n;
    const { answers, minutes } = overview;
    yield { type: 'changes', changes: { at, answers, minutes: { ...minutes, plant_id: [] } }, gone: ['instances'] };
  }
}

function watch(api: ReturnType<typeof apiUnderTest>['api'], headers: Record<string, string> = {}): Promise<Response> {
  return api.trpc(new Request(WATCH, { headers: { Accept: 'text/event-stream', Cookie: 'session=ada', ...headers } }));
}

describe('watching the overview', () => {
  it('sends the whole overview, then the parts that changed and the names of those that are gone, with the time as id', async () => {
    const { api } = apiUnderTest({ operations: { watchOverview: () => seen(1) } });
    const [, first, second, end] = await streamEvents(watch(api));
    expect(first).toMatchObject({
      id: String(overview.at),
      data: {
        type: 'whole',
        overview: {
          at: '2026-03-01T12:00:00.000Z',
          shared: true,
          instances: { agree: 2, known: 3 },
          answers: { minutes: 15, cached: 9, stale: 4, fresh: 2, retry: 1 },
          circuits: {
            plant_id: {
              state: 'open',
              since: '2026-03-01T11:59:30.000Z',
              fail_count: 3,
              fail_max: 3,
              next_trial_at: '2026-03-01T12:00:30.000Z',
              last_failure: { kind: 'http_502', at: '2026-03-01T11:59:30.000Z' },
              out_of_quota: true,
              opened: 1,
            },
            plantnet: {
              state: 'isolated',
              out_of_quota: false,
              isolation: {
                reason: 'Their status page says outage.',
                until: '2026-03-01T12:14:00.000Z',
                by: 'ada@example.org',
              },
            },
          },
          quotas: {
            rows: [
              {
                provider: 'plant_id',
                window: 'month',
                used: 800,
                limit: 1000,
                resets_at: '2026-04-01T00:00:00.000Z',
                reported_at: '2026-03-01T11:00:00.000Z',
                exhausted_at: '2026-03-02T12:00:00.000Z',
                days: [{ day: '2026-03-01', count: 70 }],
              },
            ],
          },
          legacy: {
            sunset_at: '2027-07-01T00:00:00.000Z',
            rows: [
              { path: '/api/plant-identification/identify', client: 'okhttp/4.12', today: 12 },
              { path: '/api/auth/me', client: 'anna', email: 'anna@example.org', today: 3 },
            ],
          },
          dependencies: {
            redis: { state: 'read_only', reason: "READONLY You can't write against a read only replica." },
            database: {
              state: 'up',
              latency_ms: 0.8,
              in_use: 3,
              size: 10,
              waiting: 1,
              slowest: { ms: 840, statement: 'SELECT … FROM Photo WHERE id = $1' },
            },
            photo_store: { state: 'up', free_bytes: 4096, orphans: 2 },
            decoder: { busy: 1, size: 2, waiting: 5 },
          },
          minutes: {
            plant_id: [
              {
                at: '2026-03-01T11:59:00.000Z',
                success: 2,
                failure: 0,
                timeout: 1,
                refused: 3,
                isolated: 0,
                held_back: 1,
                cached: 9,
                stale: 4,
                leases: 2,
                failures: 1,
                p50_ms: 900,
                p95_ms: 2100,
                p99_ms: 2100,
              },
            ],
            plantnet: [],
          },
          quantiles: { plant_id: { p50_ms: 900, p95_ms: 2100, p99_ms: 2100 }, plantnet: {} },
          urgency: {
            answer: 'not_yet',
            wakes_at: '2026-03-01T12:04:00.000Z',
            checks: [{ name: 'answered', ok: true, value: 0.94, limit: 0.5 }],
            because: {
              rule: 'circuit_stuck_open',
              subject: 'plant_id',
              value: 360_000,
              since: '2026-03-01T11:54:00.000Z',
            },
          },
          alerts: {
            items: [{ rule: 'circuit_open', state: 'acknowledged', since: '2026-03-01T11:54:00.000Z' }],
            webhook: { last_status: 200, last_at: '2026-03-01T11:59:00.000Z', waiting: 0 },
          },
          cache: {
            memory: 6,
            redis: 2,
            miss: 4,
            stale: 1,
            saved_calls: 9,
            saved_credits: 16,
            usual_credits: 2,
            credit_cost: 0.029,
          },
          limits: {
            rows: [
              {
                tier: 'free',
                configured: { count: 100, window_ms: 3_600_000 },
                in_force: { count: 50, window_ms: 3_600_000 },
                refused: 7,
                refused_by_period: [4, 3],
              },
            ],
            periods: ['2026-03-01T11:50:00.000Z', '2026-03-01T11:55:00.000Z'],
            factor: 0.5,
          },
          leases: { wait_p95_ms: 12, timeouts: 1 },
          jobs: [
            {
              name: 'report-quota-use',
              runs: [
                {
                  at: '2026-03-01T11:58:00.000Z',
                  duration_ms: 1_500,
                  outcome: 'failed',
                  report: 'The database is down',
                },
                { at: '2026-03-01T11:59:00.000Z', duration_ms: 500, outcome: 'lost', report: 'The process has died.' },
                { at: '2026-03-01T11:59:59.000Z' },
              ],
              failures: 2,
              waiting: 3,
            },
            { name: 'delete-old-rows', runs: [], next_at: '2026-03-01T12:00:00.000Z', failures: 0 },
          ],
          audit: [{ action: 'circuit.isolate', actor: 'ada@example.org', target: 'plantnet' }],
        },
      },
    });
    expect(second).toMatchObject({
      id: String(overview.at + 1),
      data: {
        type: 'changes',
        changes: {
          at: '2026-03-01T12:00:00.001Z',
          answers: { minutes: 15, cached: 9, stale: 4, fresh: 2, retry: 1 },
          minutes: { plant_id: [], plantnet: [] },
        },
        gone: ['instances'],
      },
    });
    expect(end?.event).toBe('return');
  });

  it('starts over for a client that reconnects', async () => {
    const { api } = apiUnderTest({ operations: { watchOverview: () => seen(0) } });
    const [, first] = await streamEvents(watch(api, { 'Last-Event-ID': '1' }));
    expect(first).toMatchObject({ id: String(overview.at) });
  });

  it('does not exist for a page of another user than the caller', async () => {
    const { api } = apiUnderTest({ operations: { watchOverview: () => seen(0) } });
    const ask = async (procedure: string, viewer: string) => {
      const input = encodeURIComponent(JSON.stringify({ viewer }));
      const url = `http://localhost:3000/api/trpc/v1.admin.overview.${procedure}?input=${input}`;
      return api.trpc(new Request(url, { headers: { Accept: 'text/event-stream', Cookie: 'session=ada' } }));
    };
    expect((await ask('get', ada.userId)).status).toBe(200);
    expect((await ask('get', anna.userId)).status).toBe(404);
    expect((await streamEvents(ask('watch', ada.userId))).map(({ event }) => event)).toContain('return');
    expect((await streamEvents(ask('watch', anna.userId))).at(-1)).toMatchObject({
      data: { data: { code: 'not_found' } },
    });
  });

  it.each([
    ['the role is taken away', { ...ada, role: 'user' as const }],
    ['the session is ended', undefined],
  ])('ends when %s, with an error after which clients do not retry', async (_case, later) => {
    let asked = 0;
    // The middleware authenticates once, and the first overview again.
    const callerOf = async () => (++asked <= 2 ? ada : later);
    const { api } = apiUnderTest({ auth: { callerOf }, operations: { watchOverview: () => seen(4) } });
    const events = await streamEvents(watch(api));
    expect(events.map(({ event }) => event)).toEqual(['connected', undefined, 'serialized-error']);
    expect(events.at(-1)).toMatchObject({ data: { code: -32_004, data: { code: 'not_found' } } });
  });

  it.each([
    ['anonymous callers', undefined],
    ['users', anna],
  ])('does not exist for %s', async (_who, principal) => {
    let watched = false;
    const watchOverview: Operations['watchOverview'] = () => {
      watched = true;
      return seen(0);
    };
    const { api } = apiUnderTest({ auth: { callerOf: async () => principal }, operations: { watchOverview } });
    const events = await streamEvents(watch(api));
    expect(events.map(({ event }) => event)).toEqual(['connected', 'serialized-error']);
    expect(events.at(-1)).toMatchObject({ data: { data: { code: 'not_found' } } });
    expect(watched).toBe(false);
  });
});

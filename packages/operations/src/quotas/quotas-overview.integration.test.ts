import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import type { QuotaCounter } from '@plantcommunity/identification';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QuotasReader } from './quotas-overview.ts';

const NOON = Date.parse('2026-11-27T12:00:00Z');
const MIDNIGHT = Date.parse('2026-11-28T00:00:00Z');

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.client.providerUse.deleteMany());

const spend = (provider: string, day: string, writer: string, count: number) =>
  database.client.providerUse.create({ data: { provider, day: new Date(day), writer, count } });

const counter = (window: 'hour' | 'day' | 'total', used: number, limit: number | undefined): QuotaCounter => ({
  period: { window, id: window, endsAt: window === 'total' ? Number.POSITIVE_INFINITY : MIDNIGHT },
  used,
  limit,
});

function reader(clock: FakeClock, quotas: readonly QuotaCounter[], reportedAt?: number) {
  return new QuotasReader({
    providers: {
      plant_id: { quotas: () => quotas, quotaReportedAt: () => reportedAt },
      plantnet: { quotas: () => [], quotaReportedAt: () => undefined },
    },
    client: database.client,
    clock,
  });
}

describe('the quotas', () => {
  it('have the sum of all processes of each of the last 30 days and the projection; without those that have no limit', async () => {
    await spend('plant_id', '2026-10-28', 'one', 99);
    await spend('plant_id', '2026-10-29', 'one', 7);
    await spend('plant_id', '2026-11-27', 'one', 40);
    await spend('plant_id', '2026-11-27', 'two', 35);
    await spend('plantnet', '2026-11-27', 'one', 1);
    const quotas = [counter('day', 75, 100), counter('total', 5, 50), counter('hour', 1, undefined)];
    const { rows } = await reader(new FakeClock(NOON + 30_000), quotas, NOON - 60_000).read();
    expect(rows).toMatchObject([
      {
        provider: 'plant_id',
        window: 'day',
        used: 75,
        limit: 100,
        resetsAt: MIDNIGHT,
        reportedAt: NOON - 60_000,
        exhaustedAt: NOON + 4 * 3_600_000,
      },
      { provider: 'plant_id', window: 'total', used: 5, limit: 50 },
    ]);
    expect(rows[1]).not.toHaveProperty('resetsAt');
    const days = rows[0]?.days ?? [];
    expect({
      count: days.length,
      first: days[0],
      last: days.at(-1),
      sum: days.reduce((sum, { count }) => sum + count, 0),
    }).toEqual({
      count: 30,
      first: { day: '2026-10-29', count: 7 },
      last: { day: '2026-11-27', count: 75 },
      sum: 82,
    });
  });

  it('read the days at most once a minute', async () => {
    const clock = new FakeClock(NOON);
    const quotas = reader(clock, [counter('day', 75, 100)]);
    await spend('plant_id', '2026-11-27', 'one', 40);
    const today = async () => (await quotas.read()).rows[0]?.days.at(-1)?.count;
    expect(await today()).toBe(40);
    await spend('plant_id', '2026-11-27', 'two', 2);
    clock.advance(59_999);
    expect(await today()).toBe(40);
    clock.advance(1);
    expect(await today()).toBe(42);
  });
});

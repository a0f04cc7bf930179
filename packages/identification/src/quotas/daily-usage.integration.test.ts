import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoredDailyUsage } from './daily-usage.ts';

/** A Wednesday, in a week that began in November. */
const NOON = Date.UTC(2026, 11, 2, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let database: Database;
let clock: FakeClock;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = new FakeClock(NOON);
  await database.client.providerUse.deleteMany();
});

/** Starts one run of a process. */
function run(): StoredDailyUsage {
  return new StoredDailyUsage({ database, clock, logger: createLogger({ level: 'silent' }) });
}

async function rows() {
  const found = await database.client.providerUse.findMany({ orderBy: [{ day: 'asc' }, { count: 'asc' }] });
  return found.map(({ count, day, provider }) => `${provider} ${day.toISOString().slice(0, 10)} ${count}`);
}

describe('the daily usage', () => {
  it('is stored per provider and day in UTC, for later processes', async () => {
    const usage = run();
    usage.add('plant_id', NOON, 2);
    usage.add('plant_id', NOON + 11 * HOUR, 2);
    usage.add('plantnet', NOON, 1);
    usage.add('plant_id', NOON + 12 * HOUR, 1);
    await usage.read('plant_id', NOON);
    expect(await rows()).toEqual(['plantnet 2026-12-02 1', 'plant_id 2026-12-02 4', 'plant_id 2026-12-03 1']);
    expect(await run().read('plant_id', NOON + 12 * HOUR)).toEqual({ day: 1, week: 5, month: 5 });
  });

  it('of one day is read after the day has ended', async () => {
    const usage = run();
    usage.add('plant_id', NOON, 2);
    usage.add('plant_id', NOON + 12 * HOUR, 1);
    usage.add('plantnet', NOON, 5);
    await usage.read('plant_id', NOON);
    expect(await run().readDay('plant_id', NOON + 11 * HOUR)).toBe(2);
    expect(await run().readDay('plant_id', NOON - 13 * HOUR)).toBe(0);
  });

  it('is the sum over all processes that spend at once', async () => {
    const all = Array.from({ length: 4 }, () => run());
    for (let n = 0; n < 100; n += 1) for (const usage of all) usage.add('plantnet', NOON, 1);
    await Promise.all(all.map((usage) => usage.read('plantnet', NOON)));
    expect(await run().read('plantnet', NOON)).toEqual({ day: 400, week: 400, month: 400 });
  });

  it('counts in the day, week and month that contain it', async () => {
    const usage = run();
    for (const [days, credits] of [
      [0, 1],
      [1, 10],
      [2, 100],
      [3, 1_000],
    ] as const) {
      usage.add('plant_id', NOON - days * DAY, credits);
    }
    // The first of December was a Tuesday.
    expect(await usage.read('plant_id', NOON)).toEqual({ day: 1, week: 111, month: 11 });
  });

  it('is written after the database is back, even if the result of the last write is unknown', async () => {
    const execute = database.client.$executeRaw.bind(database.client);
    let late: Promise<unknown> | undefined;
    const lost = vi.spyOn(database.client, '$executeRaw').mockImplementationOnce((...query) => {
      late = execute(...query);
      throw new Error('no answer');
    });
    const usage = run();
    usage.add('plantnet', NOON, 3);
    await expect.poll(() => clock.pendingTimers).toBe(1);
    usage.add('plantnet', NOON, 4);
    lost.mockRestore();
    clock.advance(5_000);
    await late;
    await expect.poll(rows).toEqual(['plantnet 2026-12-02 7']);
  });

  it('stays in memory for two days, since a call may end after midnight', async () => {
    const usage = run();
    usage.add('plantnet', NOON, 3);
    await usage.read('plantnet', NOON);
    clock.advance(DAY);
    usage.add('plantnet', NOON, 4);
    await usage.read('plantnet', NOON);
    expect(await rows()).toEqual(['plantnet 2026-12-02 7']);
  });
});

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

/** One run of a process. */
function run(): StoredDailyUsage {
  return new StoredDailyUsage({ database, clock, logger: createLogger({ level: 'silent' }) });
}

async function rows() {
  const found = await database.client.providerUse.findMany({ orderBy: [{ day: 'asc' }, { count: 'asc' }] });
  return found.map(({ count, day, provider }) => `${provider} ${day.toISOString().slice(0, 10)} ${count}`);
}

describe('what is spent each day', () => {
  it('is kept for each provider and day in UTC, and is there for those who come after', async () => {
    const use = run();
    use.add('plant_id', NOON, 2);
    use.add('plant_id', NOON + 11 * HOUR, 2);
    use.add('plantnet', NOON, 1);
    use.add('plant_id', NOON + 12 * HOUR, 1);
    await use.read('plant_id', NOON);
    expect(await rows()).toEqual(['plantnet 2026-12-02 1', 'plant_id 2026-12-02 4', 'plant_id 2026-12-03 1']);
    expect(await run().read('plant_id', NOON + 12 * HOUR)).toEqual({ day: 1, week: 5, month: 5 });
  });

  it('is the sum of what all processes spend at once', async () => {
    const all = Array.from({ length: 4 }, () => run());
    for (let n = 0; n < 100; n += 1) for (const use of all) use.add('plantnet', NOON, 1);
    await Promise.all(all.map((use) => use.read('plantnet', NOON)));
    expect(await run().read('plantnet', NOON)).toEqual({ day: 400, week: 400, month: 400 });
  });

  it('counts for the day, the week and the month that it lies in', async () => {
    const use = run();
    for (const [days, credits] of [
      [0, 1],
      [1, 10],
      [2, 100],
      [3, 1_000],
    ] as const) {
      use.add('plant_id', NOON - days * DAY, credits);
    }
    // The first of December was a Tuesday.
    expect(await use.read('plant_id', NOON)).toEqual({ day: 1, week: 111, month: 11 });
  });

  it('is written once the database is there again, though nobody can say whether the last write was done', async () => {
    const execute = database.client.$executeRaw.bind(database.client);
    let late: Promise<unknown> | undefined;
    const lost = vi.spyOn(database.client, '$executeRaw').mockImplementationOnce((...query) => {
      late = execute(...query);
      throw new Error('no answer');
    });
    const use = run();
    use.add('plantnet', NOON, 3);
    await vi.waitFor(() => expect(clock.pendingTimers).toBe(1));
    use.add('plantnet', NOON, 4);
    lost.mockRestore();
    clock.advance(5_000);
    await late;
    await vi.waitFor(async () => expect(await rows()).toEqual(['plantnet 2026-12-02 7']));
  });

  it('is forgotten here after two days, and not before: a call may end after midnight', async () => {
    const use = run();
    use.add('plantnet', NOON, 3);
    await use.read('plantnet', NOON);
    clock.advance(DAY);
    use.add('plantnet', NOON, 4);
    await use.read('plantnet', NOON);
    expect(await rows()).toEqual(['plantnet 2026-12-02 7']);
  });
});

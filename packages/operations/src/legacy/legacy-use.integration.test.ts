import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LegacyUse } from './legacy-use.ts';

const EVENING = Date.parse('2026-11-27T23:58:00Z');
const SUNSET = new Date('2027-07-01T00:00:00Z');
const IDENTIFY = '/api/plant-identification/identify';
const OKHTTP = { path: IDENTIFY, userAgent: 'okhttp/4.12.0' };

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => database.client.legacyUse.deleteMany());

function run(clock: FakeClock, client: Pick<Database, 'client'> = database): LegacyUse {
  return new LegacyUse({ database: client, sunsetAt: SUNSET, clock, logger: createLogger({ level: 'silent' }) });
}

async function stored() {
  const rows = await database.client.legacyUse.findMany({ orderBy: [{ day: 'asc' }, { client: 'asc' }] });
  return rows.map(({ client, count, day }) => `${day.toISOString().slice(0, 10)} ${client} ${count}`);
}

describe('the use of legacy paths', () => {
  it('is written a minute after the first call, with the whole count of the day', async () => {
    const clock = new FakeClock(EVENING - 3_600_000);
    const use = run(clock);
    use.record(OKHTTP);
    use.record(OKHTTP);
    clock.advance(59_999);
    expect({ rows: await stored(), timers: clock.pendingTimers }).toEqual({ rows: [], timers: 1 });
    clock.advance(1);
    await expect.poll(stored).toEqual(['2026-11-27 okhttp/4.12 2']);
    use.record(OKHTTP);
    clock.advance(60_000);
    await expect.poll(stored).toEqual(['2026-11-27 okhttp/4.12 3']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is counted by UTC day, and written when the process ends', async () => {
    const clock = new FakeClock(EVENING);
    const use = run(clock);
    use.record(OKHTTP);
    clock.advance(120_000);
    use.record(OKHTTP);
    use.record({ path: IDENTIFY, userAgent: undefined });
    await use.close();
    expect({ rows: await stored(), timers: clock.pendingTimers }).toEqual({
      rows: ['2026-11-27 okhttp/4.12 1', '2026-11-28 okhttp/4.12 1', '2026-11-28 unknown 1'],
      timers: 0,
    });
  });

  it('is the sum over all processes, the most frequent call first, and without yesterday', async () => {
    const clock = new FakeClock(EVENING);
    const [here, there] = [run(clock), run(clock)];
    there.record(OKHTTP);
    clock.advance(120_000);
    for (let n = 0; n < 3; n += 1) there.record({ path: IDENTIFY, userAgent: 'curl/8.5.0' });
    there.record(OKHTTP);
    await there.close();
    here.record(OKHTTP);
    expect(await here.read()).toEqual({
      sunsetAt: SUNSET.getTime(),
      rows: [
        { path: IDENTIFY, client: 'curl/8.5', today: 3 },
        { path: IDENTIFY, client: 'okhttp/4.12', today: 2 },
      ],
    });
    await here.close();
  });

  it('names 50 clients a day, and counts all further ones as other', async () => {
    const use = run(new FakeClock(EVENING));
    for (let version = 0; version < 60; version += 1) use.record({ path: IDENTIFY, userAgent: `app/${version}.0` });
    use.record({ path: IDENTIFY, userAgent: 'app/0.0' });
    const { rows } = await use.read();
    expect({ rows: rows.length, most: rows.slice(0, 2) }).toEqual({
      rows: 51,
      most: [
        { path: IDENTIFY, client: 'other', today: 10 },
        { path: IDENTIFY, client: 'app/0.0', today: 2 },
      ],
    });
    await use.close();
  });

  it('counts once what was written although the answer was lost, and is written a minute later', async () => {
    const clock = new FakeClock(EVENING - 3_600_000);
    let failures = 0;
    const losing = {
      async $executeRaw(...statement: Parameters<Database['client']['$executeRaw']>) {
        const written = await database.client.$executeRaw(...statement);
        failures += 1;
        if (failures === 1) throw new Error('no answer');
        return written;
      },
    } as unknown as Database['client'];
    const use = run(clock, { client: losing });
    use.record(OKHTTP);
    clock.advance(60_000);
    await expect.poll(() => clock.pendingTimers).toBe(1);
    use.record(OKHTTP);
    clock.advance(60_000);
    await expect.poll(stored).toEqual(['2026-11-27 okhttp/4.12 2']);
    expect(failures).toBe(2);
  });
});

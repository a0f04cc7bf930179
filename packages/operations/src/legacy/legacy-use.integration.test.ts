import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LegacyUse } from './legacy-use.ts';

const EVENING = Date.parse('2026-11-27T23:58:00Z');
const SUNSET = new Date('2027-07-01T00:00:00Z');
const IDENTIFY = '/api/plant-identification/identify';
const calling = (userAgent: string | undefined, userId?: string) => ({ path: IDENTIFY, userAgent, userId });
const OKHTTP = calling('okhttp/4.12.0');
const ANNA = calling('okhttp/4.12.0', 'anna');

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
    use.record(calling(undefined));
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
    for (let n = 0; n < 3; n += 1) there.record(calling('curl/8.5.0'));
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
    for (let version = 0; version < 60; version += 1) use.record(calling(`app/${version}.0`));
    use.record(calling('app/0.0'));
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
      async $queryRaw(...statement: Parameters<Database['client']['$queryRaw']>) {
        const written = await database.client.$queryRaw(...statement);
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

describe('the use of legacy paths by signed-in users', () => {
  const createdAt = new Date('2026-03-01T12:00:00Z');
  const today = { path: IDENTIFY, client: 'anna', email: 'anna@example.org' };

  beforeEach(async () => {
    await database.client.user.deleteMany();
    await database.client.user.create({ data: { id: 'anna', email: 'anna@example.org', createdAt } });
  });

  it('is counted by their id instead of the product, with their address', async () => {
    const clock = new FakeClock(EVENING - 3_600_000);
    const [here, there] = [run(clock), run(clock)];
    there.record(ANNA);
    there.record(OKHTTP);
    await there.close();
    here.record(calling('curl/8.5.0', 'anna'));
    expect((await here.read()).rows).toEqual([
      { ...today, today: 2 },
      { path: IDENTIFY, client: 'okhttp/4.12', today: 1 },
    ]);
    await here.close();
    expect(await stored()).toEqual(['2026-11-27 anna 1', '2026-11-27 anna 1', '2026-11-27 okhttp/4.12 1']);
  });

  it('goes with the account: from the table at once, from the overview and from later writes within a minute', async () => {
    const clock = new FakeClock(EVENING - 3_600_000);
    const use = run(clock);
    use.record(ANNA);
    use.record(OKHTTP);
    clock.advance(60_000);
    await expect.poll(stored).toEqual(['2026-11-27 anna 1', '2026-11-27 okhttp/4.12 1']);
    expect((await use.read()).rows).toContainEqual({ ...today, today: 1 });
    await database.client.user.delete({ where: { id: 'anna' } });
    expect(await stored()).toEqual(['2026-11-27 okhttp/4.12 1']);
    use.record(ANNA);
    clock.advance(60_000);
    await expect.poll(() => clock.pendingTimers).toBe(0);
    expect((await use.read()).rows).toEqual([{ path: IDENTIFY, client: 'okhttp/4.12', today: 1 }]);
    await use.close();
    expect(await stored()).toEqual(['2026-11-27 okhttp/4.12 1']);
  });

  it('is not written for an account that was removed but is still named by the audit trail', async () => {
    await database.client.user.update({ where: { id: 'anna' }, data: { email: '6f1c@removed.invalid' } });
    const use = run(new FakeClock(EVENING));
    use.record(ANNA);
    expect((await use.read()).rows).toEqual([]);
    await use.close();
    expect(await stored()).toEqual([]);
  });

  it('names 1,000 users a day, and counts further ones by product', async () => {
    const use = run(new FakeClock(EVENING));
    for (let n = 0; n < 1_001; n += 1) use.record(calling('okhttp/4.12.0', `user-${n}`));
    use.record(calling('okhttp/4.12.0', 'user-0'));
    await database.client.user.create({ data: { id: 'user-0', email: 'zero@example.org', createdAt } });
    expect((await use.read()).rows).toEqual([
      { path: IDENTIFY, client: 'user-0', email: 'zero@example.org', today: 2 },
      { path: IDENTIFY, client: 'okhttp/4.12', today: 1 },
    ]);
    await use.close();
  });

  it('shows the id while the database is away', async () => {
    const away = { legacyUse: { groupBy: () => Promise.reject(new Error('away')) } } as unknown as Database['client'];
    const use = run(new FakeClock(EVENING), { client: away });
    use.record(ANNA);
    expect((await use.read()).rows).toEqual([{ path: IDENTIFY, client: 'anna', today: 1 }]);
  });
});

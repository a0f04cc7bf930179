import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Database, openDatabase } from '@plantcommunity/db';
import { openTestDatabase, testDatabaseUrl } from '@plantcommunity/db/testing';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIdempotencyKeys, type IdempotencyKeys, type KeyedRun } from './idempotency-keys.ts';
import { createStore } from './store.ts';
import { anIdentification, aPhoto, notAPlant, savedBy, someOptions } from './testing/entries.ts';

const WORKER = fileURLToPath(new URL('./testing/key-holder.ts', import.meta.url));
const NOON = Date.UTC(2026, 10, 27, 12);
const HOUR = 3_600_000;

let databases: [Database, Database];
let clock: FakeClock;
/** Two instances. */
let here: IdempotencyKeys;
let there: IdempotencyKeys;

beforeAll(async () => {
  databases = [await openTestDatabase(), openDatabase({ url: testDatabaseUrl(), poolSize: 5 })];
});
afterAll(() => Promise.all(databases.map((database) => database.close())));
beforeEach(async () => {
  await rows().deleteMany();
  clock = new FakeClock(NOON);
  [here, there] = [instance(databases[0]), instance(databases[1])];
});

const instance = ({ client }: Database) => createIdempotencyKeys({ client, clock });
const rows = () => databases[0].client.idempotencyKey;
const named = (id = 'a key', fingerprint = 'a leaf') => ({ id, fingerprint });

async function begun(keys: IdempotencyKeys, request = named()): Promise<KeyedRun> {
  const state = await keys.begin(request);
  if (state.type !== 'begun') throw new Error(`The key is ${state.type}`);
  return state.run;
}

describe('an idempotency key', () => {
  it('begins one of many runs at once on two instances, and the others find it running', async () => {
    const states = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? here : there).begin(named())));
    const types = states.map(({ type }) => type).toSorted();
    expect(types).toEqual(['begun', ...Array.from({ length: 19 }, () => 'running')]);
  });

  it('returns the kept answer on every instance', async () => {
    expect(await here.keep(await begun(here), anIdentification)).toBe(true);
    expect(await there.begin(named())).toEqual({ type: 'answered', answer: anIdentification });
  });

  it('refuses another request while the first one runs, after its answer, and after its process died', async () => {
    const other = named('a key', 'a flower');
    const run = await begun(here);
    const states = [await there.begin(other)];
    clock.advance(15_000);
    states.push(await there.begin(other));
    await here.keep(run, anIdentification);
    states.push(await there.begin(other));
    expect(states.map(({ type }) => type)).toEqual(['mismatch', 'mismatch', 'mismatch']);
  });

  it('can be used again, for any request, once its run was abandoned', async () => {
    await here.abandon(await begun(here));
    expect(await there.begin(named('a key', 'a flower'))).toMatchObject({ type: 'begun' });
  });

  it('stays taken for 15 seconds after the last extension of its run, then another instance repeats the run', async () => {
    const lost = await begun(here);
    clock.advance(14_000);
    expect(await here.extend(lost)).toBe(true);
    clock.advance(14_999);
    expect(await there.begin(named())).toEqual({ type: 'running' });
    clock.advance(1);
    const run = await begun(there);
    expect({ extended: await here.extend(lost), kept: await here.keep(lost, notAPlant) }).toEqual({
      extended: false,
      kept: false,
    });
    await here.abandon(lost);
    expect(await there.keep(run, anIdentification)).toBe(true);
    expect(await here.begin(named())).toMatchObject({ type: 'answered', answer: { isPlant: true } });
  });

  it('is kept for 24 hours: then it can be used for any request, and is deleted', async () => {
    for (const id of ['reused', 'deleted', 'fresh']) {
      if (id === 'fresh') clock.advance(1);
      await here.keep(await begun(here, named(id)), anIdentification);
    }
    clock.advance(24 * HOUR - 2);
    expect(await there.begin(named('reused'))).toMatchObject({ type: 'answered' });
    clock.advance(1);
    expect(await there.begin(named('reused', 'a flower'))).toMatchObject({ type: 'begun' });
    expect(await there.deleteExpired(new AbortController().signal)).toBe(1);
    const left = await rows().findMany({ orderBy: { id: 'asc' } });
    expect(left.map(({ id }) => id)).toEqual(['fresh', 'reused']);
  });

  it('is deleted in batches until the signal aborts', async () => {
    const at = new Date(NOON - 25 * HOUR);
    await rows().createMany({
      data: Array.from({ length: 1_200 }, (_, n) => ({
        id: `key ${n}`,
        fingerprint: 'a leaf',
        run: 'a run',
        createdAt: at,
        aliveUntil: at,
      })),
    });
    await expect(here.deleteExpired(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await here.deleteExpired(new AbortController().signal)).toBe(1_200);
  });

  it('goes with the identification that it answered with', async () => {
    const ownerId = randomUUID();
    await databases[0].client.user.create({
      data: { id: ownerId, email: `${ownerId}@example.org`, createdAt: new Date(NOON) },
    });
    const logger = createLogger({ level: 'silent' });
    const store = createStore({ database: databases[0], photos: { folder: `/tmp/${ownerId}` }, clock, logger });
    const entry = {
      ownerId,
      identification: anIdentification,
      photos: [{ hash: aPhoto('a').hash }],
      options: someOptions,
    };
    const { id } = await savedBy(store, entry);
    await here.keep(await begun(here), { ...anIdentification, id });
    expect(await there.begin(named())).toMatchObject({ type: 'answered', answer: { id } });
    await store.deleteByOwner(ownerId);
    expect(await there.begin(named())).toMatchObject({ type: 'begun' });
  });

  it('of a process that is killed stays taken for 15 seconds, then the request is repeated', async () => {
    const holder = fork(WORKER, [testDatabaseUrl(), JSON.stringify(named())]);
    await once(holder, 'message');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const { aliveUntil, createdAt } = await rows().findFirstOrThrow();
    expect(aliveUntil.getTime() - createdAt.getTime()).toBe(15_000);
    clock.advance(aliveUntil.getTime() - 1 - clock.now());
    expect(await here.begin(named())).toEqual({ type: 'running' });
    clock.advance(1);
    expect(await here.begin(named())).toMatchObject({ type: 'begun' });
  });
});

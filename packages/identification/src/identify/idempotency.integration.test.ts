import type { Database } from '@plantcommunity/db';
import { openTestDatabase } from '@plantcommunity/db/testing';
import { createSingleFlight, type SingleFlight } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { createIdempotencyKeys, type IdempotencyKeys } from '../store/idempotency-keys.ts';
import { anIdentification, notAPlant } from '../store/testing/entries.ts';
import type { Identification } from '../types.ts';
import { withIdempotencyKeys } from './idempotency.ts';
import type { IdentifyRequest } from './service.ts';
import { absentDatabase } from './testing/test-flow.ts';

const photo = (hash: string) => ({ name: 'a.jpg', declaredType: 'image/jpeg', size: 0, bytes: Buffer.alloc(0), hash });

let database: Database;
let clock: FakeClock;
let background: SingleFlight;
/** Requests that ran, in order. */
let ran: IdentifyRequest[];
/** Ends the next run. */
let answer: (identification: Identification) => void;
let fail: (error: Error) => void;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.client.idempotencyKey.deleteMany();
  clock = new FakeClock(Date.UTC(2026, 10, 27, 12));
  background = createSingleFlight();
  ran = [];
});

const storedKeys = () => createIdempotencyKeys({ client: database.client, clock });

/** An instance whose identifications the test answers. */
function instance(keys: IdempotencyKeys = storedKeys()) {
  const identify = (given: IdentifyRequest) => {
    ran.push(given);
    const { promise, reject, resolve } = Promise.withResolvers<Identification>();
    answer = resolve;
    fail = reject;
    return promise.then((identification) => ({ identification, billable: true }));
  };
  return withIdempotencyKeys(identify, { keys, background, clock, logger: createLogger({ level: 'silent' }) });
}

function request(given: Partial<IdentifyRequest> = {}): IdentifyRequest {
  return {
    requestId: crypto.randomUUID(),
    photos: [photo('aa')],
    options: { includeDiseases: true, organs: [] },
    subject: 'address:192.0.2.1',
    idempotencyKey: 'one',
    trackProgress: false,
    signal: new AbortController().signal,
    ...given,
  };
}

const runs = (count: number) => expect.poll(() => ran.length).toBe(count);
const refusal = async (asked: Promise<unknown>) =>
  (await asked.catch((error: unknown) => error)) as IdentificationError;

describe('a request with an idempotency key', () => {
  it('is answered once; its repetition gets the same answer, which is not billable', async () => {
    const first = instance()(request());
    await runs(1);
    answer(anIdentification);
    expect(await first).toEqual({ identification: anIdentification, billable: true });
    expect(await instance()(request())).toEqual({
      identification: anIdentification,
      billable: false,
      replayed: true,
    });
    expect(ran).toHaveLength(1);
  });

  it('without a key runs each time', async () => {
    const identify = instance();
    const { idempotencyKey: _, ...unnamed } = request();
    for (const count of [1, 2]) {
      const asked = identify(unnamed);
      await runs(count);
      answer(notAPlant);
      expect(await asked).toEqual({ identification: notAPlant, billable: true });
    }
  });

  it('is refused while the first one runs, and when it asks something else', async () => {
    const identify = instance();
    const first = identify(request());
    await runs(1);
    expect(await refusal(instance()(request()))).toMatchObject({ code: 'idempotency_running' });
    const others: Partial<IdentifyRequest>[] = [
      { photos: [photo('bb')] },
      { photos: [photo('aa'), photo('aa')] },
      { options: { includeDiseases: false, organs: [] } },
    ];
    for (const other of others) {
      expect(await refusal(identify(request(other)))).toMatchObject({ code: 'idempotency_mismatch' });
    }
    answer(anIdentification);
    await first;
    for (const other of others) {
      expect(await refusal(identify(request(other)))).toMatchObject({ code: 'idempotency_mismatch' });
    }
    expect(ran).toHaveLength(1);
  });

  it('of another caller with the same key is another request', async () => {
    const identify = instance();
    const subjects = ['address:192.0.2.1', 'address:192.0.2.2', 'user:anna', 'user:berta'];
    for (const [index, subject] of subjects.entries()) {
      const asked = identify(request({ subject }));
      await runs(index + 1);
      answer({ ...anIdentification, confidence: index / 10 });
      await asked;
    }
    const answers = await Promise.all(subjects.map((subject) => identify(request({ subject }))));
    expect(answers.map(({ identification }) => identification.confidence)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  it('goes on when its caller leaves, and the answer is there for the repetition', async () => {
    const leaving = new AbortController();
    void instance()(request({ signal: leaving.signal }));
    await runs(1);
    leaving.abort();
    expect(ran[0]?.signal.aborted).toBe(false);
    answer(anIdentification);
    await background.settled();
    expect(await instance()(request())).toMatchObject({ replayed: true });
  });

  it('stays running for longer than 15 seconds while its process lives', async () => {
    const first = instance()(request());
    await runs(1);
    for (let passed = 0; passed < 40_000; passed += 5_000) {
      clock.advance(5_000);
      await expect.poll(() => clock.pendingTimers).toBe(1);
    }
    expect(await refusal(instance()(request()))).toMatchObject({ code: 'idempotency_running' });
    answer(anIdentification);
    await first;
    expect(clock.pendingTimers).toBe(0);
  });

  it('runs again after a failure', async () => {
    const identify = instance();
    const first = identify(request());
    await runs(1);
    fail(new IdentificationError('providers_resting', 'None answers.'));
    expect(await refusal(first)).toMatchObject({ code: 'providers_resting' });
    const second = identify(request());
    await runs(2);
    answer(anIdentification);
    expect(await second).toEqual({ identification: anIdentification, billable: true });
  });

  it('runs again when its answer is missing in the history of its owner', async () => {
    const identify = instance();
    for (const count of [1, 2]) {
      const asked = identify(request({ ownerId: 'anna', subject: 'user:anna' }));
      await runs(count);
      answer({ ...anIdentification, filed: false });
      expect(await asked).not.toHaveProperty('replayed');
    }
  });

  it('gets an answer although it cannot be kept', async () => {
    const keys = storedKeys();
    const identify = instance({ ...keys, keep: () => Promise.reject(new Error('no such identification')) });
    const first = identify(request());
    await runs(1);
    answer(anIdentification);
    expect(await first).toMatchObject({ identification: anIdentification });
    expect(await database.client.idempotencyKey.count()).toBe(0);
  });

  it('gets a cached answer only while the database is unavailable', async () => {
    const identify = instance(createIdempotencyKeys({ client: absentDatabase().client, clock }));
    const asked = identify(request());
    await runs(1);
    answer(anIdentification);
    await asked;
    expect(ran[0]).toMatchObject({ cachedOnly: true });
  });
});

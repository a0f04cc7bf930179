import { setImmediate } from 'node:timers/promises';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { createCopyRecorder } from './copy-recorder.ts';
import { request, testFlow } from './testing/test-flow.ts';

const COPY = { provider: 'plant_id', origin: 'https://plant_id.example' };
const LIFETIME_MS = 604_800_000 + 3_600_000;

/** A flow in which Plant.id keeps a copy of each answer, under tokens that it numbers. */
async function keepingFlow() {
  const flow = await testFlow();
  const { plant_id: plantId } = flow.providers;
  const answered = plantId.answer;
  plantId.answer = async (...asked) => {
    const token = `token ${plantId.calls.length}`;
    return { ...(await answered(...asked)), copyToken: token };
  };
  return { ...flow, plantId, tokens: () => flow.recordedCopies.map(({ token }) => token) };
}

describe('what a provider keeps of an answer', () => {
  it('is recorded for a caller without an account, with the end of the cached answer', async () => {
    const { clock, identify, recordedCopies, settled } = await keepingFlow();
    await identify(request());
    await settled();
    expect(recordedCopies).toEqual([{ ...COPY, token: 'token 1', keptUntil: clock.now() + LIFETIME_MS }]);
    await identify(request());
    await settled();
    expect(recordedCopies).toHaveLength(1);
  });

  it('is recorded when the caller has left before the answer came', async () => {
    const { identify, plantId, settled, tokens } = await keepingFlow();
    const answered = plantId.answer;
    const answer = Promise.withResolvers<void>();
    plantId.answer = async (...asked) => {
      await answer.promise;
      return answered(...asked);
    };
    const leaving = new AbortController();
    const asked = identify(request({ ownerId: 'gardener', signal: leaving.signal }));
    await plantId.called(1);
    leaving.abort();
    await Promise.allSettled([asked]);
    expect(tokens()).toEqual([]);
    answer.resolve();
    await settled();
    expect(tokens()).toEqual(['token 1']);
  });

  it('is recorded when the identification could not be saved', async () => {
    const { database, identify, saved, settled, tokens } = await keepingFlow();
    database.fails = new Error('the connection is gone');
    expect(await identify(request({ ownerId: 'gardener' }))).toMatchObject({ filed: false });
    delete database.fails;
    await settled();
    expect({ saved, tokens: tokens() }).toEqual({ saved: [], tokens: ['token 1'] });
  });
});

describe('a recorder of copies', () => {
  const client = { name: 'plant_id', origin: 'https://plant_id.example' } as const;

  it('tries again every 30 s until the database takes what waits, also what came meanwhile', async () => {
    const clock = new FakeClock();
    const tries: string[][] = [];
    let isUp = false;
    const recorder = createCopyRecorder({
      store: {
        async recordCopies(copies) {
          tries.push(copies.map(({ token }) => token));
          if (!isUp) throw new Error('the connection is gone');
        },
      },
      lifetime: { ttlMs: 60_000 },
      clock,
      logger: createLogger({ level: 'silent' }),
    });
    recorder.record(client, { copyToken: 'one' });
    await expect.poll(() => clock.pendingTimers).toBe(1);
    recorder.record(client, { copyToken: 'two' });
    recorder.record(client, {});
    clock.advance(29_999);
    expect(tries).toEqual([['one']]);
    clock.advance(1);
    await expect.poll(() => clock.pendingTimers).toBe(1);
    isUp = true;
    clock.advance(30_000);
    await recorder.settled();
    expect({ tries, timers: clock.pendingTimers }).toEqual({
      tries: [['one'], ['one', 'two'], ['one', 'two']],
      timers: 0,
    });
  });

  it.each([0, 1, 2, 3, 4, 5])('records what comes %i steps after the end of a try', async (steps) => {
    const recorded: string[] = [];
    const written = Promise.withResolvers<void>();
    const recorder = createCopyRecorder({
      store: {
        recordCopies(copies) {
          recorded.push(...copies.map(({ token }) => token));
          return written.promise;
        },
      },
      lifetime: { ttlMs: 60_000 },
      clock: new FakeClock(),
      logger: createLogger({ level: 'silent' }),
    });
    recorder.record(client, { copyToken: 'one' });
    written.resolve();
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    recorder.record(client, { copyToken: 'two' });
    await setImmediate();
    expect(recorded).toEqual(['one', 'two']);
  });
});

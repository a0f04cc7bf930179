import { describe, expect, it } from 'vitest';
import type { ProviderAnswer } from '../types.ts';
import { PLANTNET_ANSWER, request, testFlow } from './testing/test-flow.ts';

const USUAL_MS = 2_000;
const HANGING = 100;

/** Runs all pending work that does not wait for a timer. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A test flow whose Plant.id took 2 s for each of six calls, and hangs from now on. */
async function lateHouse(off?: 'plantnet') {
  const under = await testFlow(off === undefined ? {} : { off });
  const { clock, identify, providers } = under;
  const { answer } = providers.plant_id;
  providers.plant_id.answer = (...given) => {
    clock.advance(USUAL_MS);
    return answer(...given);
  };
  for (let seed = 1; seed <= 6; seed += 1) await identify(request({}, seed));
  const answered = Promise.withResolvers<ProviderAnswer>();
  providers.plant_id.answer = () => answered.promise;
  const calls = () => providers.plant_id.calls.length - 6;
  return { ...under, calls, answer: () => answered.resolve({ ...PLANTNET_ANSWER, provider: 'plant_id' }) };
}

/** Whether a promise has settled, and how. */
function watched<T>(work: Promise<T>) {
  const seen: { value?: T; error?: unknown } = {};
  work.then(
    (value) => Object.assign(seen, { value }),
    (error: unknown) => Object.assign(seen, { error }),
  );
  return seen;
}

describe('a request that joins a late call', () => {
  it('waits 10 s, then is answered by the other provider with status timeout, while the call goes on', async () => {
    const { answer, calls, clock, identify } = await lateHouse();
    const first = watched(identify(request({}, HANGING)));
    await settle();
    clock.advance(2 * USUAL_MS + 1);
    const second = watched(identify(request({}, HANGING)));
    await settle();
    clock.advance(9_999);
    await settle();
    expect({ first, second }).toEqual({ first: {}, second: {} });
    clock.advance(1);
    await settle();
    expect(second.value).toMatchObject({
      partial: true,
      providers: { plant_id: { status: 'timeout' }, plantnet: { status: 'answered' } },
    });
    expect({ first, calls: calls() }).toEqual({ first: {}, calls: 1 });
    answer();
    await settle();
    expect(first.value).toMatchObject({ partial: false });
    expect(await identify(request({}, HANGING))).toMatchObject({ cached: true, partial: false });
    expect(calls()).toBe(1);
  });

  it('gets 503 when no other provider is enabled', async () => {
    const { calls, clock, identify } = await lateHouse('plantnet');
    const first = watched(identify(request({}, HANGING)));
    await settle();
    clock.advance(2 * USUAL_MS + 1);
    const second = watched(identify(request({}, HANGING)));
    await settle();
    clock.advance(10_000);
    await settle();
    expect(second.error).toMatchObject({ code: 'providers_resting' });
    expect({ first, calls: calls() }).toEqual({ first: {}, calls: 1 });
  });

  it('gets the answer when it comes within the 10 s', async () => {
    const { answer, calls, clock, identify } = await lateHouse();
    void identify(request({}, HANGING));
    await settle();
    clock.advance(20_000);
    const second = identify(request({}, HANGING));
    await settle();
    clock.advance(9_000);
    answer();
    expect((await second).providers.plant_id.status).toBe('answered');
    expect(calls()).toBe(1);
  });

  it('waits to its deadline if the call was not late when it joined', async () => {
    const { clock, identify } = await lateHouse();
    void identify(request({}, HANGING)).catch(() => undefined);
    await settle();
    clock.advance(2 * USUAL_MS);
    const second = watched(identify(request({}, HANGING)));
    await settle();
    clock.advance(44_999);
    await settle();
    expect(second).toEqual({});
  });

  it('waits to its deadline while the usual duration of calls is unknown', async () => {
    const { clock, identify, providers } = await testFlow();
    providers.plant_id.answer = () => new Promise(() => undefined);
    void identify(request()).catch(() => undefined);
    await settle();
    clock.advance(30_000);
    const second = watched(identify(request()));
    await settle();
    clock.advance(44_999);
    await settle();
    expect(second).toEqual({});
  });
});

import { describe, expect, it } from 'vitest';
import { request, testFlow } from '../identify/testing/test-flow.ts';
import { ProviderError, type ProviderErrorType } from '../providers/provider-error.ts';
import { createThirdProvider } from '../testing/index.ts';

type Flow = Awaited<ReturnType<typeof testFlow>>;

const failing = (type: ProviderErrorType) => () => Promise.reject(new ProviderError('plant_id', type, 'No.'));

/** Asks about one photo; another `seed` makes it another photo. Plant.id may fail: Pl@ntNet answers. */
const ask = ({ identify }: Flow, seed: number) => identify(request({}, seed));

/** Opens the circuit of Plant.id, with the photos 1 to 3. */
async function openCircuit(flow: Flow): Promise<void> {
  flow.providers.plant_id.answer = failing('timeout');
  for (const seed of [1, 2, 3]) await ask(flow, seed);
}

/** Returns what the metrics say of Plant.id's circuit: those with a label and those that are kept. */
async function circuitOf(flow: Flow) {
  const { value } = await flow.scrape();
  const provider = 'plant_id';
  return {
    state: [value('plantcommunity_circuit_state', { provider }), value('plant_id_circuit_state')],
    openSeconds: [
      value('plantcommunity_circuit_open_seconds_total', { provider }),
      value('plant_id_circuit_open_duration_seconds'),
    ],
    failures: value('plantcommunity_circuit_failures', { provider }),
    rejections: value('plantcommunity_circuit_rejections_total', { provider }),
    transitions: ['closed', 'half_open', 'open', 'isolated'].map((to) =>
      value('plantcommunity_circuit_transitions_total', { provider, to }),
    ),
    trials: ['succeeded', 'failed', 'ignored', 'abandoned'].map((outcome) =>
      value('plantcommunity_circuit_trials_total', { provider, outcome }),
    ),
  };
}

describe('the metrics of provider calls', () => {
  it('count questions by outcome from 0 on, and time those that were sent', async () => {
    const flow = await testFlow();
    const calls = async (provider = 'plant_id') => {
      const { samples } = await flow.scrape();
      const counted = samples.filter(
        ({ labels, name, value }) =>
          name === 'plantcommunity_provider_calls_total' && labels['provider'] === provider && value > 0,
      );
      return Object.fromEntries(counted.map(({ labels, value }): [string, number] => [labels['outcome'] ?? '', value]));
    };
    expect(
      (await flow.scrape()).value('plantcommunity_provider_calls_total', { provider: 'plant_id', outcome: 'ok' }),
    ).toBe(0);
    const { answer } = flow.providers.plant_id;
    flow.providers.plant_id.answer = (...asked) => {
      flow.clock.advance(2_100);
      return answer(...asked);
    };
    await ask(flow, 1);
    await ask(flow, 1);
    flow.providers.plant_id.answer = failing('failed');
    await ask(flow, 2);
    await openCircuit(flow);
    await flow.circuits.plant_id?.isolate('Their status page says outage.');
    await ask(flow, 3);
    expect(await calls()).toEqual({ ok: 1, cached: 2, failed: 1, timeout: 2, isolated: 1 });
    expect(await calls('plantnet')).toEqual({ ok: 3, cached: 4 });
    const { value } = await flow.scrape();
    const provider = 'plant_id';
    expect({
      sent: value('plantcommunity_provider_call_duration_seconds_count', { provider }),
      seconds: value('plantcommunity_provider_call_duration_seconds_sum', { provider }),
      upTo2s: value('plantcommunity_provider_call_duration_seconds_bucket', { provider, le: '2' }),
      upTo3s: value('plantcommunity_provider_call_duration_seconds_bucket', { provider, le: '3' }),
    }).toEqual({ sent: 4, seconds: 2.1, upTo2s: 3, upTo3s: 4 });
  });

  it('show the calls in flight at the scrape', async () => {
    const flow = await testFlow();
    const inFlight = async () => {
      const { value } = await flow.scrape();
      return ['plant_id', 'plantnet'].map((provider) => value('plantcommunity_provider_calls_in_flight', { provider }));
    };
    expect(await inFlight()).toEqual([0, 0]);
    const { answer } = flow.providers.plant_id;
    const go = Promise.withResolvers<void>();
    flow.providers.plant_id.answer = (...asked) => go.promise.then(() => answer(...asked));
    const asked = [ask(flow, 1), ask(flow, 2)];
    await expect.poll(inFlight).toEqual([2, 0]);
    go.resolve();
    await Promise.all(asked);
    expect(await inFlight()).toEqual([0, 0]);
  });

  it('count under the kept names what was asked of Plant.id, and what its circuit refused', async () => {
    const flow = await testFlow();
    const kept = async () => {
      const { value } = await flow.scrape();
      return { requests: value('plant_id_requests_total'), refused: value('plant_id_circuit_fast_fails') };
    };
    expect(await kept()).toEqual({ requests: 0, refused: 0 });
    await openCircuit(flow);
    expect(await kept()).toEqual({ requests: 3, refused: 0 });
    await ask(flow, 1);
    await flow.circuits.plant_id?.isolate('Their status page says outage.');
    await ask(flow, 2);
    expect(await kept()).toEqual({ requests: 5, refused: 2 });
    // A question that needs no call is neither sent nor refused.
    await flow.circuits.plant_id?.release();
    flow.providers.plant_id.answer = failing('misconfigured');
    await ask(flow, 4);
    await ask(flow, 5);
    expect(await kept()).toEqual({ requests: 6, refused: 2 });
  });

  it('show a rejected API key until it is accepted again, and a payment that is due until a call succeeds', async () => {
    const flow = await testFlow();
    const faults = async () => {
      const { value } = await flow.scrape();
      return ['misconfigured', 'unpaid'].map((fault) =>
        value('plantcommunity_provider_fault', { provider: 'plant_id', fault }),
      );
    };
    const { answer } = flow.providers.plant_id;
    expect(await faults()).toEqual([0, 0]);
    flow.providers.plant_id.answer = failing('misconfigured');
    await ask(flow, 1);
    expect(await faults()).toEqual([1, 0]);
    flow.clock.advance(60_000);
    await ask(flow, 2);
    await expect.poll(faults).toEqual([0, 0]);
    const unpaid = new ProviderError('plant_id', 'quota', 'No.', { status: 402, retryAfterMs: 60_000 });
    flow.providers.plant_id.answer = () => Promise.reject(unpaid);
    await ask(flow, 3);
    expect(await faults()).toEqual([0, 1]);
    flow.providers.plant_id.answer = answer;
    flow.clock.advance(60_000);
    await ask(flow, 4);
    expect(await faults()).toEqual([0, 0]);
    expect(
      (await flow.scrape()).value('plantcommunity_provider_fault', { provider: 'plantnet', fault: 'unpaid' }),
    ).toBe(0);
  });

  it('have the kept names and types of Plant.id', async () => {
    const flow = await testFlow();
    const lines = (await flow.exposed()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# TYPE plant_id_requests_total counter',
        '# TYPE plant_id_circuit_fast_fails counter',
        '# TYPE plant_id_circuit_state gauge',
        '# TYPE plant_id_circuit_open_duration_seconds counter',
      ]),
    );
  });
});

describe('the metrics of a circuit', () => {
  it('follow it from closed over a failed trial to closed again, and count the open time at each scrape', async () => {
    const flow = await testFlow();
    const { answer } = flow.providers.plant_id;
    const closed = { state: [0, 0], openSeconds: [0, 0], failures: 0, rejections: 0 };
    expect(await circuitOf(flow)).toEqual({ ...closed, transitions: [0, 0, 0, 0], trials: [0, 0, 0, 0] });
    await openCircuit(flow);
    flow.clock.advance(20_000);
    await ask(flow, 1);
    expect(await circuitOf(flow)).toEqual({
      state: [2, 2],
      openSeconds: [20, 20],
      failures: 3,
      rejections: 1,
      transitions: [0, 0, 1, 0],
      trials: [0, 0, 0, 0],
    });
    flow.clock.advance(40_000);
    await ask(flow, 1);
    flow.clock.advance(10_000);
    expect(await circuitOf(flow)).toMatchObject({
      state: [2, 2],
      openSeconds: [70, 70],
      transitions: [0, 1, 2, 0],
      trials: [0, 1, 0, 0],
    });
    flow.clock.advance(290_000);
    flow.providers.plant_id.answer = answer;
    await ask(flow, 1);
    flow.clock.advance(5_000);
    expect(await circuitOf(flow)).toMatchObject({
      state: [1, 1],
      openSeconds: [360, 360],
      transitions: [0, 2, 2, 0],
      trials: [1, 1, 0, 0],
    });
    await ask(flow, 2);
    flow.clock.advance(5_000);
    expect(await circuitOf(flow)).toEqual({
      state: [0, 0],
      openSeconds: [360, 360],
      failures: 0,
      rejections: 1,
      transitions: [1, 2, 2, 0],
      trials: [2, 1, 0, 0],
    });
  });

  it('show an isolation and its release, and leave the circuits of other providers alone', async () => {
    const flow = await testFlow();
    await flow.circuits.plantnet?.isolate('maintenance');
    await flow.circuits.plantnet?.isolate('a longer maintenance');
    flow.clock.advance(60_000);
    const { value } = await flow.scrape();
    const provider = 'plantnet';
    expect({
      state: value('plantcommunity_circuit_state', { provider }),
      transitions: value('plantcommunity_circuit_transitions_total', { provider, to: 'isolated' }),
      openSeconds: value('plantcommunity_circuit_open_seconds_total', { provider }),
      limit: value('plantcommunity_circuit_failure_limit', { provider }),
    }).toEqual({ state: 3, transitions: 1, openSeconds: 0, limit: 3 });
    expect(await circuitOf(flow)).toMatchObject({ state: [0, 0], transitions: [0, 0, 0, 0] });
    await flow.circuits.plantnet?.release('done');
    const after = await flow.scrape();
    expect(after.value('plantcommunity_circuit_state', { provider })).toBe(0);
    expect(after.value('plantcommunity_circuit_transitions_total', { provider, to: 'closed' })).toBe(1);
  });

  it('count a trial without a result by its deadline as abandoned', async () => {
    const flow = await testFlow();
    await openCircuit(flow);
    flow.clock.advance(60_000);
    flow.providers.plant_id.answer = () => new Promise(() => undefined);
    const hanging = [ask(flow, 1), ask(flow, 2)];
    await flow.providers.plant_id.called(5);
    // A trial may take a second longer than a call; the request ends before that.
    flow.clock.advance(36_000);
    flow.clock.advance(9_000);
    await Promise.all(hanging);
    flow.providers.plant_id.answer = failing('timeout');
    await flow.circuits.plant_id?.execute(async () => 'answered');
    expect(await circuitOf(flow)).toMatchObject({ state: [1, 1], trials: [1, 0, 0, 2] });
  });

  it('count a trial that says nothing about the health of the provider as ignored', async () => {
    const flow = await testFlow();
    await openCircuit(flow);
    flow.clock.advance(60_000);
    flow.providers.plant_id.answer = failing('quota');
    await ask(flow, 1);
    expect(await circuitOf(flow)).toMatchObject({ state: [1, 1], trials: [0, 0, 1, 0] });
  });
});

describe('the metrics of credits', () => {
  it('count what calls spent, and what cached answers and joined callers did not', async () => {
    const flow = await testFlow();
    const credits = async (provider: string) => {
      const { value } = await flow.scrape();
      return {
        spent: value('plantcommunity_credits_spent_total', { provider }),
        saved: value('plantcommunity_credits_saved_total', { provider }),
      };
    };
    await Promise.all([ask(flow, 1), ask(flow, 1), ask(flow, 1)]);
    await flow.settled();
    expect(await credits('plant_id')).toEqual({ spent: 2, saved: 4 });
    expect(await credits('plantnet')).toEqual({ spent: 1, saved: 2 });
    await ask(flow, 1);
    await flow.identify(request({ options: { includeDiseases: false, organs: [] } }, 2));
    await flow.settled();
    expect(await credits('plant_id')).toEqual({ spent: 3, saved: 6 });
    // A call that was refused before it was sent, and one that the provider does not bill.
    flow.providers.plant_id.answer = failing('quota');
    await ask(flow, 3);
    await ask(flow, 4);
    await flow.settled();
    expect(await credits('plant_id')).toEqual({ spent: 3, saved: 6 });
  });
});

it('a third provider has metrics of its own', async () => {
  const third = createThirdProvider();
  const flow = await testFlow({ third: third.definition });
  await ask(flow, 1);
  await ask(flow, 1);
  await flow.settled();
  const { value } = await flow.scrape();
  const provider = third.definition.name;
  expect({
    calls: value('plantcommunity_provider_calls_total', { provider, outcome: 'ok' }),
    state: value('plantcommunity_circuit_state', { provider }),
    hits: value('plantcommunity_cache_lookups_total', { provider, result: 'memory' }),
    spent: value('plantcommunity_credits_spent_total', { provider }),
    saved: value('plantcommunity_credits_saved_total', { provider }),
  }).toEqual({ calls: 1, state: 0, hits: 1, spent: 3, saved: 3 });
});

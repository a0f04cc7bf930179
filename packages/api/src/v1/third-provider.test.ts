import { authUnderTest } from '@plantcommunity/auth/testing/auth-under-test';
import { PROVIDER_NAMES } from '@plantcommunity/identification';
import { createThirdProvider, ProviderError, request, testFlow } from '@plantcommunity/identification/testing';
import {
  createCircuitStateStore,
  createMinuteStore,
  createOperations,
  MinuteCounters,
  type OperationsOptions,
} from '@plantcommunity/operations';
import { createLogger } from '@plantcommunity/telemetry';
import { createTestMetrics } from '@plantcommunity/telemetry/testing';
import { describe, expect, it } from 'vitest';
import { config } from '../testing/api-under-test.ts';
import { overview } from '../testing/fake-operations.ts';
import { presentOverview } from './admin/present-overview.ts';
import { presentHealth, presentIdentification } from './plant-identification/present.ts';

type Flow = Awaited<ReturnType<typeof flowWithThird>>;

async function flowWithThird(limits: Parameters<typeof testFlow>[0] = {}) {
  const third = createThirdProvider();
  const { name } = third.definition;
  const flow = await testFlow({ third: third.definition, ...limits });
  const identify = async (...asked: Parameters<typeof request>) =>
    presentIdentification(await flow.identify(request(...asked)));
  return { ...flow, third, name, identify };
}

/** A database without overrides, alerts and audit entries. */
const emptyDatabase = {
  client: {
    circuitOverride: { findFirst: async () => null },
    alert: { findMany: async () => [] },
    $queryRaw: async () => [],
  },
} as unknown as OperationsOptions['database'];

async function overviewOf({ providerCalls, clock, name, redis, service }: Flow) {
  const providers = [...PROVIDER_NAMES, name];
  const counters = new MinuteCounters({ store: createMinuteStore({ redis }), redis, providers, clock });
  for (const call of providerCalls) counters.recordCall(call);
  const operations = createOperations({
    providers: service.operated,
    counters,
    states: createCircuitStateStore({ redis }),
    paidCredits: { provider: 'plant_id', cost: 0.029 },
    rates: config.rates,
    quotaUse: () => service.quotaUse(),
    jobs: { jobs: [], leases: { acquire: async () => ({ type: 'timed_out' }) }, metrics: createTestMetrics().jobs },
    instances: { exchange: async (report) => [{ ageMs: 0, ...report }], leave: async () => undefined },
    alertWebhook: undefined,
    appUrl: new URL('http://localhost:3000'),
    legacy: { read: async () => overview.legacy, record: () => undefined },
    dependencies: { read: async () => overview.dependencies, close: () => undefined },
    database: emptyDatabase,
    accounts: authUnderTest({ database: emptyDatabase }).administration,
    redis,
    clock,
    logger: createLogger({ level: 'silent' }),
  });
  const { circuits, minutes } = presentOverview(await operations.overview());
  await operations.close(0);
  return { names: Object.keys(circuits), circuit: circuits[name], minute: minutes[name].at(-1) };
}

describe('a third provider, which is one folder,', () => {
  it('is asked, merged after the others and shown on the wire', async () => {
    const { identify, name } = await flowWithThird();
    const body = await identify();
    expect(body.providers).toEqual({
      plant_id: { status: 'answered' },
      plantnet: { status: 'answered' },
      [name]: { status: 'answered' },
    });
    const [first, second] = body.suggestions;
    expect(first).toMatchObject({ scientific_name: 'Monstera deliciosa', family: 'Araceae', probability: 0.95 });
    expect(first?.sources.map(({ provider }) => provider)).toEqual(['plant_id', 'plantnet', name]);
    expect(second).toMatchObject({ scientific_name: 'Monstera adansonii', sources: [{ provider: name, rank: 2 }] });
  });

  it('is the source of the confidence when it answers alone', async () => {
    const { identify, name, providers } = await flowWithThird();
    for (const client of [providers.plant_id, providers.plantnet]) {
      client.answer = () => Promise.reject(new ProviderError(client.name, 'failed', 'as scripted'));
    }
    expect(await identify()).toMatchObject({ confidence: 0.6, confidence_source: name, partial: true });
  });

  it('has a cache key of the options that it reads, and no call for any other option', async () => {
    const { identify, providers, third } = await flowWithThird();
    await identify();
    await identify({ options: { includeDiseases: false, organs: ['leaf'] } });
    expect({ third: third.calls.length, plantId: providers.plant_id.calls.length }).toEqual({ third: 1, plantId: 2 });
    await identify({ options: { includeDiseases: true, organs: [], project: 'weeds' } });
    expect(third.calls).toHaveLength(2);
  });

  it('gets a recall id, since its answers can be recalled', async () => {
    const { identify, third } = await flowWithThird();
    await identify();
    expect(third.recallIds).toEqual([{ customId: expect.any(Number) as number }]);
  });

  it('has a circuit of its own, which health and the admin view show', async () => {
    const flow = await flowWithThird();
    const { clock, identify, name, service, third } = flow;
    third.failWith(new ProviderError(name, 'failed', 'as scripted', { status: 502 }));
    for (let seed = 1; seed <= 3; seed += 1) await identify({}, seed);
    expect((await identify({}, 4)).providers[name]).toEqual({ status: 'resting' });
    expect(third.calls).toHaveLength(3);

    const services = { providers: (await service.health()).providers, redis: true, database: true };
    const health = presentHealth({ services, at: clock.now(), version: '1', mode: 'production' });
    expect(health).toMatchObject({ status: 'degraded', circuit_state: 'closed' });
    expect(health.services).toMatchObject({
      plant_id: { circuit_state: 'closed' },
      [name]: { available: false, circuit_state: 'open', fail_count: '3/3' },
    });

    expect(await overviewOf(flow)).toMatchObject({
      names: ['plant_id', 'plantnet', name],
      circuit: { state: 'open', last_failure: { kind: 'http_502' } },
      minute: { failure: 3, refused: 1 },
    });
  });

  it('has a quota of its own, counted in its own credits', async () => {
    const third = createThirdProvider();
    const { name } = third.definition;
    const quotas = { [name]: { dailyLimit: 5 } };
    const { providerCalls, identify, service } = await testFlow({ third: third.definition, quotas });
    await identify(request());
    const { providers } = presentIdentification(await identify(request({}, 2)));
    expect(providers[name]).toEqual({ status: 'quota' });
    expect(providerCalls.filter(({ provider }) => provider === name)).toMatchObject([
      { outcome: 'ok' },
      { outcome: 'held_back' },
    ]);
    expect(service.operated[name].health()).toMatchObject({ available: true, outOfQuota: true });
  });

  it('adds its credits to the cost of a request: the dearest call counts', async () => {
    const { identify } = await flowWithThird();
    const reserved: number[] = [];
    const reserve = async (credits: number) => {
      reserved.push(credits);
      return { allowed: true as const, settle: (spent: number) => void reserved.push(spent) };
    };
    await identify({ spending: { reserve, onSent: () => undefined } });
    expect(reserved).toEqual([3, 3]);
  });
});

import type { OperatedProvider, ProviderHealth } from '@plantcommunity/identification';
import type { Circuit, RedisEvent } from '@plantcommunity/resilience';
import { FakeClock } from '@plantcommunity/resilience/testing';
import { expect, it } from 'vitest';
import { FactReader } from './fact-reader.ts';
import { NOON } from './testing/facts.ts';

const healthy: ProviderHealth = { available: true, state: 'closed', failCount: 0, failMax: 3 };
const off = { available: false, state: 'off', failCount: 0, failMax: 3 } as const;

/** Creates a provider with this health and circuit; off without a circuit. */
function provider(health: ProviderHealth, circuit?: Partial<ReturnType<Circuit['snapshot']>>): OperatedProvider {
  const snapshot = () => ({ state: 'closed', since: 0, ...circuit });
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the reader calls nothing else
    circuit: circuit && ({ snapshot } as unknown as Circuit),
    resetTimeoutMs: 1,
    maxResetTimeoutMs: 1,
    timeoutMs: 1,
    warnAtShare: 0.8,
    usualCredits: 2,
    health: () => health,
    quotaReportedAt: () => undefined,
    leases: () => [],
    quotas: () => [
      { period: { window: 'day', id: 'day', endsAt: NOON }, used: 20, limit: 100 },
      { period: { window: 'month', id: 'month', endsAt: NOON }, used: 70, limit: 100 },
      { period: { window: 'total', id: 'total', endsAt: NOON }, used: 900, limit: undefined },
    ],
  };
}

function readerOf(plantId: OperatedProvider) {
  const clock = new FakeClock(NOON);
  let listener: (event: RedisEvent) => void = () => undefined;
  const reader = new FactReader({
    providers: { plant_id: plantId, plantnet: provider(off) },
    redis: {
      subscribe(added) {
        listener = added;
        return () => undefined;
      },
    },
    answers: async () => ({ answered: 9, retry: 1 }),
    responses: async () => ({ sent: 10, serverErrors: 1 }),
    jobs: async () => [{ name: 'report-quota-use', failures: 2 }],
    clock,
  });
  return { clock, reader, redis: (type: RedisEvent['type']) => listener({ type }) };
}

it('the facts have counts, jobs, and the providers that are on with the quota of which the most is used', async () => {
  const { reader } = readerOf(provider(healthy, {}));
  expect(await reader.read()).toEqual({
    at: NOON,
    providers: { plant_id: { isAnswering: true, quotaUse: 0.7, warnAtShare: 0.8 } },
    answers: { answered: 9, retry: 1 },
    responses: { sent: 10, serverErrors: 1 },
    redis: {},
    jobs: [{ name: 'report-quota-use', failures: 2 }],
  });
});

it.each([
  [
    'a half open circuit',
    provider({ ...healthy, state: 'half_open', available: false }, { state: 'half_open', openedAt: 5 }),
    { openedAt: 5 },
  ],
  ['an isolated circuit', provider({ ...healthy, state: 'isolated', available: false }, { state: 'isolated' }), {}],
  ['a used quota', provider({ ...healthy, outOfQuota: true, unpaidSince: 7 }, {}), { unpaidSince: 7 }],
  [
    'a rejected key',
    provider({ ...healthy, state: 'misconfigured', available: false, misconfiguredSince: 3 }, {}),
    { misconfiguredSince: 3 },
  ],
] as const)('a provider with %s is not answering', async (_name, plantId, more) => {
  const { providers } = await readerOf(plantId).reader.read();
  expect(providers.plant_id).toEqual({ isAnswering: false, quotaUse: 0.7, warnAtShare: 0.8, ...more });
});

it('the facts say since when Redis is lost, until it is ready again', async () => {
  const { clock, reader, redis } = readerOf(provider(healthy, {}));
  redis('lost');
  clock.advance(30_000);
  redis('error');
  redis('lost');
  expect((await reader.read()).redis).toEqual({ lostSince: NOON });
  redis('ready');
  expect((await reader.read()).redis).toEqual({});
});

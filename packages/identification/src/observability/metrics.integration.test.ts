import { randomUUID } from 'node:crypto';
import { testRedisUrl } from '@plantcommunity/resilience/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { request, testFlow } from '../identify/testing/test-flow.ts';
import { ProviderError } from '../providers/provider-error.ts';

const DAY = 86_400_000;

type Flow = Awaited<ReturnType<typeof testFlow>>;

const ask = ({ identify }: Flow, seed = 1) => identify(request({}, seed));

/** Returns the value of one of Plant.id's metrics. */
async function valueOf(flow: Flow, name: string, labels: Readonly<Record<string, string>> = {}) {
  return (await flow.scrape()).value(`plantcommunity_${name}`, { provider: 'plant_id', ...labels });
}

/** Makes Plant.id wait with its answers. Returns a function that lets it answer. */
function holdAnswers({ providers }: Flow): () => void {
  const { answer } = providers.plant_id;
  const { promise, resolve } = Promise.withResolvers<void>();
  providers.plant_id.answer = (...asked) => promise.then(() => answer(...asked));
  return resolve;
}

/** Waits until so many callers wait for a lease that another instance holds. */
async function waitsForLease({ redis, service }: Flow, callers: number): Promise<void> {
  const waiting = () => service.operated.plant_id.leases().map((lease) => lease.waiting);
  await expect.poll(waiting).toEqual([callers]);
  // Redis has answered who holds it.
  await redis.probe();
}

describe.skipIf(!testRedisUrl)('the metrics of instances on one Redis', () => {
  let prefix: string;
  let flows: Flow[];
  beforeEach(() => {
    prefix = `test:${randomUUID()}`;
    flows = [];
  });
  afterEach(async () => {
    for (const { service } of flows) service.close();
    await Promise.all(flows.map(({ redis }) => redis.close()));
  });

  async function instance(given: Parameters<typeof testFlow>[0] = {}): Promise<Flow> {
    const flow = await testFlow({ prefix, ...given });
    flows.push(flow);
    return flow;
  }

  /** Lets time pass for the polls of leases, as a release may be published before its subscription stands. */
  async function passing<T>(work: Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      for (const { clock } of flows) clock.advance(250);
    }, 50);
    return await work.finally(() => clearInterval(timer));
  }

  it('count hits of the Redis tier, and the credits that they save', async () => {
    const [one, other] = [await instance(), await instance()];
    await ask(one);
    await one.settled();
    await ask(other);
    await ask(other);
    expect({
      redis: await valueOf(other, 'cache_lookups_total', { result: 'redis' }),
      memory: await valueOf(other, 'cache_lookups_total', { result: 'memory' }),
      loads: await valueOf(other, 'cache_loads_total'),
      spent: await valueOf(other, 'credits_spent_total'),
      saved: await valueOf(other, 'credits_saved_total'),
    }).toEqual({ redis: 1, memory: 1, loads: 0, spent: 0, saved: 4 });
  });

  it('count callers whose answer another instance loaded, and how long leases were waited for', async () => {
    const [one, other] = [await instance(), await instance()];
    const letAnswer = holdAnswers(one);
    const first = ask(one);
    await one.providers.plant_id.called(1);
    const waiting = [ask(other), ask(other)];
    await waitsForLease(other, 2);
    letAnswer();
    await passing(Promise.all([first, ...waiting]));
    expect(other.providers.plant_id.calls).toHaveLength(0);
    expect({
      holder: [await valueOf(one, 'lease_acquisitions_total'), await valueOf(one, 'lease_wait_seconds_count')],
      waits: await valueOf(other, 'lease_wait_seconds_count'),
      // The caller that has to load is none of those whose loads could be saved.
      callersOfHolder: await valueOf(one, 'cache_concurrent_callers_total'),
      callers: await valueOf(other, 'cache_concurrent_callers_total'),
      loads: await valueOf(other, 'cache_concurrent_loads_total'),
      savedLoads: await valueOf(other, 'cache_loads_saved_total'),
      savedCredits: await valueOf(other, 'credits_saved_total'),
      timeouts: await valueOf(other, 'lease_timeouts_total'),
    }).toEqual({
      holder: [1, 1],
      waits: 1,
      callersOfHolder: 0,
      callers: 2,
      loads: 0,
      savedLoads: 2,
      savedCredits: 4,
      timeouts: 0,
    });
  });

  it('count a wait for a lease that timed out, and the second load that followed', async () => {
    const [one, other] = [await instance({ off: 'plantnet' }), await instance({ off: 'plantnet' })];
    const letAnswer = holdAnswers(one);
    const first = ask(one);
    await one.providers.plant_id.called(1);
    const impatient = ask(other);
    await waitsForLease(other, 1);
    await passing(impatient);
    letAnswer();
    await first;
    expect({
      timeouts: await valueOf(other, 'lease_timeouts_total'),
      waits: await valueOf(other, 'lease_wait_seconds_count'),
      upTo20s: await valueOf(other, 'lease_wait_seconds_bucket', { le: '20' }),
      acquisitions: await valueOf(other, 'lease_acquisitions_total'),
      callers: await valueOf(other, 'cache_concurrent_callers_total'),
      loads: await valueOf(other, 'cache_concurrent_loads_total'),
    }).toEqual({ timeouts: 1, waits: 1, upTo20s: 0, acquisitions: 0, callers: 1, loads: 1 });
  });

  it('count early refreshes by outcome, and one that another instance makes not as a timeout', async () => {
    // Each read of an answer near its end refreshes it.
    vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON);
    const flow = await instance();
    vi.restoreAllMocks();
    const { answer } = flow.providers.plant_id;
    const slowly: typeof answer = (...asked) => {
      flow.clock.advance(2_000);
      return answer(...asked);
    };
    const outcomes = () =>
      Promise.all(
        ['refreshed', 'failed', 'skipped'].map((outcome) => valueOf(flow, 'cache_early_refreshes_total', { outcome })),
      );
    const askNearTheEnd = async () => {
      await flow.settled();
      flow.clock.advance(DAY - 3_000);
      await ask(flow);
    };
    flow.providers.plant_id.answer = slowly;
    await ask(flow);
    await askNearTheEnd();
    await expect.poll(outcomes).toEqual([1, 0, 0]);
    flow.providers.plant_id.answer = () => Promise.reject(new ProviderError('plant_id', 'timeout', 'No.'));
    await askNearTheEnd();
    await expect.poll(outcomes).toEqual([1, 1, 0]);
    flow.clock.advance(DAY);
    flow.providers.plant_id.answer = slowly;
    await ask(flow);
    await flow.settled();
    const [key = ''] = await flow.redis.client.keys(`${prefix}:answer:{plant_id:*}:value`);
    await flow.redis.client.set(key.replace(/:value$/, ':lock'), 'another instance', { px: 60_000 });
    await askNearTheEnd();
    await expect.poll(outcomes).toEqual([1, 1, 1]);
    expect(await valueOf(flow, 'lease_timeouts_total')).toBe(0);
  });

  it('show the quotas that have a limit, as all instances use them', async () => {
    const quotas = { plant_id: { monthlyLimit: 10 }, plantnet: { dailyLimit: 500 } };
    const [one, other] = [await instance({ quotas }), await instance({ quotas })];
    for (const [seed, flow] of [one, other, one].entries()) await ask(flow, seed);
    await one.settled();
    const quota = async (provider: string, window: string) => {
      const { value } = await one.scrape();
      return ['used', 'left', 'used_ratio'].map((name) => value(`plantcommunity_quota_${name}`, { provider, window }));
    };
    await expect.poll(() => quota('plant_id', 'month')).toEqual([6, 4, 0.6]);
    expect(await quota('plantnet', 'day')).toEqual([3, 497, 0.006]);
    expect(await quota('plant_id', 'day')).toEqual([undefined, undefined, undefined]);
    one.clock.advance(40 * DAY);
    expect(await quota('plant_id', 'month')).toEqual([0, 10, 0]);
  });

  it('have no label that holds an id, a hash or a key', async () => {
    const [one, other] = [await instance(), await instance()];
    await one.identify(request({ ownerId: randomUUID(), subject: `user:${randomUUID()}`, address: '192.0.2.7' }));
    await ask(other);
    await one.circuits.plant_id?.isolate(`as ${randomUUID()} said`);
    await ask(one, 2);
    const known =
      'plant_id plantnet closed half_open open isolated succeeded failed ignored abandoned ok timeout refused held_back cached ' +
      'misconfigured unpaid stale memory redis miss running waiting refreshed skipped hour day week month total';
    const scrapes = await Promise.all([one, other].map(({ scrape }) => scrape()));
    const samples = scrapes.flatMap((scraped) => scraped.samples);
    const ofProviders = samples.filter(({ labels, name }) => 'provider' in labels || name.includes('photo_decode'));
    const labels = ofProviders.flatMap((sample) => Object.entries(sample.labels));
    const values = labels.filter(([name]) => name !== 'le').map(([, value]) => value);
    expect(values.filter((value) => !known.split(' ').includes(value))).toEqual([]);
  });
});

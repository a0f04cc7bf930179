import { describe, expect, it } from 'vitest';
import type { CreditDecision } from '../identify/service.ts';
import { request, testFlow } from '../identify/testing/test-flow.ts';
import { ProviderError } from '../providers/provider-error.ts';

const DAY = 86_400_000;

type Flow = Awaited<ReturnType<typeof testFlow>>;

const failing = () => Promise.reject(new ProviderError('plant_id', 'timeout', 'No.'));
const ask = ({ identify }: Flow, seed = 1) => identify(request({}, seed));

/** Returns a counter of Plant.id's answer cache. */
async function count(flow: Flow, name: string, labels: Readonly<Record<string, string>> = {}) {
  return (await flow.scrape()).value(`plantcommunity_cache_${name}`, { provider: 'plant_id', ...labels });
}

describe('the metrics of the answer cache', () => {
  it('count look-ups by result, and loads', async () => {
    const flow = await testFlow();
    const counts = async () => [
      await count(flow, 'lookups_total', { result: 'memory' }),
      await count(flow, 'lookups_total', { result: 'miss' }),
      await count(flow, 'loads_total'),
    ];
    expect(await counts()).toEqual([0, 0, 0]);
    await ask(flow);
    expect(await counts()).toEqual([0, 1, 1]);
    await ask(flow);
    await ask(flow);
    expect(await counts()).toEqual([2, 1, 1]);
  });

  it('count one look-up for a question whose answer was stored between its look-up and its load', async () => {
    const flow = await testFlow();
    const mayAsk = Promise.withResolvers<CreditDecision>();
    const reserve = () => mayAsk.promise;
    const late = flow.identify(request({ spending: { onSent: () => undefined, reserve } }));
    await expect.poll(() => count(flow, 'lookups_total', { result: 'miss' })).toBe(1);
    await ask(flow);
    mayAsk.resolve({ allowed: true, settle: () => undefined });
    expect((await late).cached).toBe(true);
    expect({
      misses: await count(flow, 'lookups_total', { result: 'miss' }),
      hits: await count(flow, 'lookups_total', { result: 'memory' }),
      loads: await count(flow, 'loads_total'),
    }).toEqual({ misses: 2, hits: 0, loads: 1 });
  });

  it('count callers that joined the load of another one, and none that were alone', async () => {
    const flow = await testFlow();
    const counts = async () => ({
      loads: await count(flow, 'loads_total'),
      saved: await count(flow, 'loads_saved_total'),
      concurrentCallers: await count(flow, 'concurrent_callers_total'),
      concurrentLoads: await count(flow, 'concurrent_loads_total'),
    });
    await ask(flow, 1);
    expect(await counts()).toEqual({ loads: 1, saved: 0, concurrentCallers: 0, concurrentLoads: 0 });
    await Promise.all(Array.from({ length: 10 }, () => ask(flow, 2)));
    expect(await counts()).toEqual({ loads: 2, saved: 9, concurrentCallers: 9, concurrentLoads: 0 });
  });

  it('count stale answers, whether a load failed or none was tried', async () => {
    const flow = await testFlow();
    await ask(flow);
    flow.clock.advance(DAY);
    flow.providers.plant_id.answer = failing;
    await ask(flow);
    expect(await count(flow, 'stale_answers_total')).toBe(1);
    await flow.circuits.plant_id?.isolate('Their status page says outage.');
    await ask(flow);
    expect(await count(flow, 'stale_answers_total')).toBe(2);
    expect((await flow.scrape()).value('plantcommunity_cache_stale_answers_total', { provider: 'plantnet' })).toBe(0);
  });
});

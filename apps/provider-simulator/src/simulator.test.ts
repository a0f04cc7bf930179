import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from './simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

async function control(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return await fetch(simulator.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function identifyStatus(provider: 'plant_id' | 'plantnet'): Promise<number> {
  const url =
    provider === 'plant_id'
      ? `${simulator.plantIdBaseUrl}/identification`
      : `${simulator.plantNetBaseUrl}/identify/all`;
  return (await fetch(url, { method: 'POST' })).status;
}

/** Status of a call without a key when no fault is active. */
const NO_FAULT = 401;

describe('a fault', () => {
  test.each(['plant_id', 'plantnet'] as const)(
    'affects %s only, for as many identifications as `times` says',
    async (provider) => {
      const other = provider === 'plant_id' ? 'plantnet' : 'plant_id';
      expect((await control('POST', '/_faults', { provider, status: 503, times: 2 })).status).toBe(201);
      expect(await identifyStatus(provider)).toBe(503);
      expect(await identifyStatus(other)).toBe(NO_FAULT);
      expect(await identifyStatus(provider)).toBe(503);
      expect(await identifyStatus(provider)).toBe(NO_FAULT);
    },
  );

  test('without `times` lasts until it is cleared, on the free routes too', async () => {
    await control('POST', '/_faults', { provider: 'plant_id', status: 500 });
    const usage = await fetch(`${simulator.plantIdBaseUrl}/usage_info`);
    expect({ identify: await identifyStatus('plant_id'), usage: usage.status }).toEqual({ identify: 500, usage: 500 });
    expect((await control('DELETE', '/_faults')).status).toBe(204);
    expect(await identifyStatus('plant_id')).toBe(NO_FAULT);
  });

  test('is not used up by a free route', async () => {
    simulator.setFault({ provider: 'plantnet', status: 502, times: 1 });
    await fetch(`${simulator.plantNetBaseUrl}/quota/daily`);
    expect(await identifyStatus('plantnet')).toBe(502);
    expect(await identifyStatus('plantnet')).toBe(NO_FAULT);
  });

  test('with `outOfCredits` refuses identifications and reports no credits in usage and quota', async () => {
    simulator.setFault({ provider: 'plant_id', outOfCredits: true });
    simulator.setFault({ provider: 'plantnet', outOfCredits: true });
    const headers = { 'Api-Key': 'k' };
    const usage = await fetch(`${simulator.plantIdBaseUrl}/usage_info`, { headers });
    expect(await usage.json()).toMatchObject({ can_use_credits: { value: false }, remaining: { total: 0 } });
    const daily = await fetch(`${simulator.plantNetBaseUrl}/quota/daily?api-key=k`);
    expect(await daily.json()).toMatchObject({ quota: { identify: { remaining: 0 } } });
    const refused = await fetch(`${simulator.plantIdBaseUrl}/identification`, { method: 'POST', headers });
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('sufficient number of available credits');
  });

  test('with a latency holds calls back until they are aborted or the simulator closes', async () => {
    simulator.setFault({ provider: 'plant_id', latencyMs: 600_000 });
    const arrived = (count: number) => expect.poll(() => simulator.calls().plant_id.identify).toBe(count);
    const client = new AbortController();
    const leave = async (): Promise<void> => {
      await arrived(1);
      client.abort();
    };
    const left = fetch(`${simulator.plantIdBaseUrl}/identification`, { method: 'POST', signal: client.signal });
    await Promise.all([expect(left).rejects.toThrow('aborted'), leave()]);

    const end = async (): Promise<void> => {
      await arrived(2);
      await simulator.close();
    };
    await Promise.all([expect(identifyStatus('plant_id')).rejects.toThrow('fetch failed'), end()]);
  });

  test.each([
    [{ provider: 'plant_id' }],
    [{ provider: 'unknown', status: 500 }],
    [{ provider: 'plant_id', status: 200 }],
    [{ provider: 'plant_id', status: 500, times: 0 }],
    [{ provider: 'plant_id', status: 500, typo: true }],
    [{ provider: 'plant_id', breaks: 'everything' }],
    [{ provider: 'plant_id', breaks: 'reset', status: 500 }],
    [{ provider: 'plant_id', status: 500, before: true }],
    [null],
  ])('is rejected when it is invalid: %j', async (fault) => {
    expect((await control('POST', '/_faults', fault)).status).toBe(400);
  });
});

test('the simulator counts calls, refused ones included, until it is reset', async () => {
  await identifyStatus('plant_id');
  await identifyStatus('plantnet');
  await identifyStatus('plantnet');
  await fetch(`${simulator.plantNetBaseUrl}/_status`);
  const counts = { plant_id: { identify: 1, all: 1 }, plantnet: { identify: 2, all: 3 } };
  expect(await (await control('GET', '/_calls')).json()).toEqual(counts);
  expect((await control('DELETE', '/_calls')).status).toBe(204);
  expect(simulator.calls()).toEqual({ plant_id: { identify: 0, all: 0 }, plantnet: { identify: 0, all: 0 } });
});

test('the controls refuse a page in a browser', async () => {
  const headers = { Origin: 'https://elsewhere.test' };
  expect((await control('POST', '/_faults', { provider: 'plant_id', status: 500 }, headers)).status).toBe(403);
  expect(await identifyStatus('plant_id')).toBe(NO_FAULT);
});

test('unknown paths answer 404', async () => {
  expect((await control('GET', '/')).status).toBe(404);
  expect((await control('GET', '/_nothing')).status).toBe(404);
});

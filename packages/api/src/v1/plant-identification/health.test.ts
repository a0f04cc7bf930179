import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { upload } from '../../testing/transports.ts';

const HOST = 'http://localhost:3000';

describe('health', () => {
  const wire = {
    status: 'healthy',
    timestamp: '2026-03-01T12:00:00.000Z',
    version: '0.1.0',
    circuit_state: 'closed',
    services: {
      plant_id: { available: true, circuit_state: 'closed', fail_count: '0/3' },
      plantnet: { available: true, circuit_state: 'closed', fail_count: '0/5' },
      redis: { available: true },
      database: { available: true },
    },
    authentication: { mode: 'production', requires_auth: true },
  };

  it.each(['/api/v1/plant-identification/identify/health', '/api/plant-identification/identify/health/'])(
    'is public at %s, in production too',
    async (path) => {
      const { api } = apiUnderTest({ config: { mode: 'production' } });
      const answer = await api.rest(new Request(HOST + path));
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual(wire);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('is the same object over tRPC', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/v1.plantIdentification.health`));
    expect(await answer.json()).toEqual({ result: { data: wire } });
  });

  it('is 503 with the whole body when the Plant.id circuit is open, its state at the top', async () => {
    const { api } = apiUnderTest({
      service: {
        health: async () => ({
          providers: {
            plant_id: { available: false, state: 'open', failCount: 3, failMax: 3 },
            plantnet: { available: true, state: 'closed', failCount: 0, failMax: 5 },
          },
          redis: true,
          database: true,
        }),
      },
    });
    const answer = await api.rest(new Request(`${HOST}/api/v1/plant-identification/identify/health`));
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({
      status: 'degraded',
      circuit_state: 'open',
      services: { plant_id: { available: false, fail_count: '3/3' } },
      authentication: { mode: 'development', requires_auth: false },
    });
  });

  it('is answered in full by a server that refuses uploads as busy', async () => {
    const { api, clock } = apiUnderTest({ config: { uploadMemoryBytes: 100_000 } });
    const url = `${HOST}/api/v1/plant-identification/identify`;
    const body = upload({}, [Buffer.alloc(200_000)]);
    const identifying = api.rest(new Request(url, { method: 'POST', body }));
    // One timer watches the upload's pace, the other one the wait for memory.
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    const health = await api.rest(new Request(`${url}/health`));
    expect({ status: health.status, body: await health.json() }).toMatchObject({
      status: 200,
      body: { status: 'healthy' },
    });
    clock.advance(2_000);
    expect((await identifying).status).toBe(503);
  });

  it('allows 100 calls of an address at once, over REST and tRPC together, then answers 429', async () => {
    const { api, clock } = apiUnderTest();
    const from = (address: string, path: string) =>
      new Request(HOST + path, { headers: { 'X-Forwarded-For': address } });
    const overRest = (address: string) => api.rest(from(address, '/api/v1/plant-identification/identify/health'));
    const overTrpc = (address: string) => api.trpc(from(address, '/api/trpc/legacy.plantIdentification.health'));
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, n) => (n % 2 === 0 ? overRest : overTrpc)('203.0.113.7')),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect({ refused: refused.length, let: answers.filter(({ ok }) => ok).length }).toEqual({ refused: 20, let: 100 });
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(refused.map(() => '1'));
    expect((await overRest('203.0.113.8')).status).toBe(200);
    clock.advance(1_000);
    expect((await overRest('203.0.113.7')).status).toBe(200);
  });

  it('shows states, and no counts beyond the published shape', async () => {
    const { api } = apiUnderTest({
      service: {
        health: async () => ({
          providers: {
            plant_id: { available: true, state: 'closed', outOfQuota: true, failCount: 1, failMax: 3 },
            plantnet: { available: true, state: 'closed', failCount: 0, failMax: 5 },
          },
          redis: true,
          database: true,
        }),
      },
    });
    const answer = await api.rest(new Request(`${HOST}/api/v1/plant-identification/identify/health`));
    expect(await answer.json()).toEqual({
      ...wire,
      status: 'degraded',
      services: { ...wire.services, plant_id: { available: true, circuit_state: 'closed', fail_count: '1/3' } },
      authentication: { mode: 'development', requires_auth: false },
    });
  });

  it('answers HEAD like GET, without a body', async () => {
    const { api } = apiUnderTest();
    const request = new Request(`${HOST}/api/v1/plant-identification/identify/health`, { method: 'HEAD' });
    const answer = await api.rest(request);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });
});

import { IdentificationError, type IdentificationService, PhotoError } from '@plantcommunity/identification';
import type { Operations } from '@plantcommunity/operations';
import { createTestMetrics, type ExposedMetrics, readMetrics } from '@plantcommunity/telemetry/testing';
import { describe, expect, it, vi } from 'vitest';
import { rateLimited } from '../errors/rate-limited.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { overview } from '../testing/fake-operations.ts';
import { postJson } from '../testing/post-json.ts';
import { samples } from '../testing/samples.ts';
import { PHOTO, transports, upload } from '../testing/transports.ts';

const HOST = 'http://localhost:3000';
const IDENTIFY = '/api/v1/plant-identification/identify';
const asAnna = { Cookie: 'session=anna' };

/** The API under test, and what a scrape of its metrics shows. */
function measuredApi(options: Omit<NonNullable<Parameters<typeof apiUnderTest>[0]>, 'metrics'> = {}) {
  const metrics = createTestMetrics();
  const scrape = async (): Promise<ExposedMetrics> => readMetrics((await metrics.expose()).body);
  return { ...apiUnderTest({ ...options, metrics: metrics.requests }), scrape };
}

describe.each(transports)('identify over %s', (_name, identify) => {
  it('counts authentications: with valid credentials, with wrong ones, and without', async () => {
    const { api, scrape } = measuredApi({ config: { mode: 'production' } });
    const statuses: number[] = [];
    for (const headers of [asAnna, { Authorization: 'Bearer bad' }, {}]) {
      // oxlint-disable-next-line no-await-in-loop -- one call after the other
      statuses.push((await identify(api, { headers })).status);
    }
    const { value } = await scrape();
    expect({ statuses, total: value('plant_id_auth_total'), success: value('plant_id_auth_success') }).toEqual({
      statuses: [200, 401, 401],
      total: 3,
      success: 1,
    });
  });

  it('counts anonymous callers as admitted where they are allowed', async () => {
    const { api, scrape } = measuredApi();
    await identify(api, {});
    const { value } = await scrape();
    expect({ total: value('plant_id_auth_total'), success: value('plant_id_auth_success') }).toEqual({
      total: 1,
      success: 1,
    });
  });

  it('counts no authentication that failed by itself, such as during an outage', async () => {
    const { api, scrape } = measuredApi({
      config: { mode: 'production' },
      auth: { callerOf: () => Promise.reject(new Error('The database is unavailable.')) },
    });
    const { status } = await identify(api, { headers: asAnna });
    const { value } = await scrape();
    expect({ status, total: value('plant_id_auth_total'), success: value('plant_id_auth_success') }).toEqual({
      status: 500,
      total: 0,
      success: 0,
    });
  });

  it('counts each 429, of the rate limit as of a daily share, also by tier for operators', async () => {
    const countRefusal = vi.fn<Operations['countRefusal']>();
    const { api, clock, scrape } = measuredApi({
      config: { rates: { ...config.rates, anonymous: { count: 1, windowMs: 3_600_000 } } },
      operations: { countRefusal },
      service: {
        identify: async () => {
          throw rateLimited(clock.now() + 1_000, clock.now());
        },
      },
    });
    const before = (await scrape()).value('plant_id_rate_limit_exceeded');
    const [share, rate] = [await identify(api, {}), await identify(api, {})];
    const after = (await scrape()).value('plant_id_rate_limit_exceeded');
    expect({ before, statuses: [share.status, rate.status], after }).toEqual({
      before: 0,
      statuses: [429, 429],
      after: 2,
    });
    await identify(api, { headers: asAnna });
    expect(countRefusal.mock.calls).toEqual([['anonymous'], ['anonymous'], ['pro']]);
  });

  it.each([
    { verdict: 'accepted', name: 'an upload that was answered' },
    { verdict: 'missing_image', name: 'an upload without a photo', body: upload({}, []) },
    { verdict: 'unknown_field', name: 'an upload with an unknown field', body: upload({ colour: 'red' }) },
    { verdict: 'invalid_request', name: 'an upload with a wrong value', body: upload({ organs: 'wing' }) },
    { verdict: 'photo_type', name: 'a photo of another type', error: new PhotoError(0, { type: 'unknown_format' }) },
    {
      verdict: 'accepted',
      name: 'an upload for which no provider was available',
      error: new IdentificationError('providers_resting', 'Both circuits are open.'),
    },
    { verdict: 'accepted', name: 'an upload that a full process could not decode', error: busy() },
  ])('counts $name as $verdict', async ({ body, error, verdict }) => {
    const { api, scrape } = measuredApi(error && { service: { identify: () => Promise.reject(error) } });
    await identify(api, body === undefined ? {} : { body });
    const { value } = await scrape();
    const verdicts = ['accepted', 'busy', 'invalid_request', 'missing_image', 'photo_type', 'unknown_field'];
    const counted = verdicts.filter((each) => value('plantcommunity_uploads_total', { verdict: each }) !== 0);
    expect({ counted, times: value('plantcommunity_uploads_total', { verdict }) }).toEqual({
      counted: [verdict],
      times: 1,
    });
  });

  it('counts an upload for which there was no memory as busy', async () => {
    const { api, clock, scrape } = measuredApi({ config: { uploadMemoryBytes: 10 } });
    const answering = identify(api, {});
    // One timer watches the upload's pace, the other one the wait for memory.
    while (clock.pendingTimers < 2) await new Promise(setImmediate);
    clock.advance(2_000);
    const { status } = await answering;
    const busyUploads = (await scrape()).value('plantcommunity_uploads_total', { verdict: 'busy' });
    expect({ status, busyUploads }).toEqual({ status: 503, busyUploads: 1 });
  });

  it('gives no verdict on the upload of a caller who left', async () => {
    const leaving = new AbortController();
    const { api, scrape } = measuredApi({
      service: {
        identify: async ({ signal }) => {
          leaving.abort();
          throw signal.reason;
        },
      },
    });
    await identify(api, { signal: leaving.signal });
    expect((await scrape()).value('plantcommunity_uploads_total', { verdict: 'accepted' })).toBe(0);
  });
});

it('calls of other procedures are no authentications of identify', async () => {
  const { api, scrape } = measuredApi();
  await api.rest(new Request(`${HOST}/api/v1/auth/me`));
  await api.rest(new Request(`${HOST}/api/v1/plant-identification/identifications`, { headers: asAnna }));
  expect((await scrape()).value('plant_id_auth_total')).toBe(0);
});

it('the bytes of an upload are in flight from their arrival to the answer', async () => {
  const answer = Promise.withResolvers<never>();
  const asked = Promise.withResolvers<void>();
  const { api, scrape } = measuredApi({
    service: {
      identify() {
        asked.resolve();
        return answer.promise;
      },
    },
  });
  const inFlight = async () => (await scrape()).value('plantcommunity_upload_bytes_in_flight');
  const before = await inFlight();
  const body = upload();
  const answering = api.rest(new Request(HOST + IDENTIFY, { method: 'POST', body, headers: asAnna }));
  await asked.promise;
  const during = await inFlight();
  answer.reject(busy());
  await answering;
  expect({ before, after: await inFlight() }).toEqual({ before: 0, after: 0 });
  expect(during).toBeGreaterThan(PHOTO.length);
});

describe('calls of legacy', () => {
  const REST = '/api/auth/token';
  const TRPC = '/api/trpc/legacy.plantIdentification.health';

  async function callBoth({ api }: ReturnType<typeof measuredApi>): Promise<number[]> {
    const overRest = await postJson(api, `${REST}/`, samples['auth.token']?.() ?? {});
    const overTrpc = await api.trpc(new Request(HOST + TRPC));
    return [overRest.status, overTrpc.status];
  }

  async function countsOf({ scrape }: ReturnType<typeof measuredApi>) {
    const { value } = await scrape();
    const count = (route: string) => ({
      calls: value('plantcommunity_legacy_requests_total', { route }),
      gone: value('plantcommunity_legacy_requests_after_sunset_total', { route }),
    });
    return { [REST]: count(REST), [TRPC]: count(TRPC) };
  }

  it('count once by their declared path, over REST and tRPC, those after the sunset twice', async () => {
    const measured = measuredApi();
    expect(await countsOf(measured)).toEqual({ [REST]: { calls: 0, gone: 0 }, [TRPC]: { calls: 0, gone: 0 } });
    expect(await callBoth(measured)).toEqual([200, 200]);
    expect(await countsOf(measured)).toEqual({ [REST]: { calls: 1, gone: 0 }, [TRPC]: { calls: 1, gone: 0 } });
    measured.clock.advance(config.legacy.sunsetAt.getTime() - measured.clock.now());
    expect(await callBoth(measured)).toEqual([410, 410]);
    expect(await countsOf(measured)).toEqual({ [REST]: { calls: 2, gone: 1 }, [TRPC]: { calls: 2, gone: 1 } });
  });

  it('count under one path for all ids, and calls of v1 under none', async () => {
    const { api, scrape } = measuredApi();
    for (const id of ['01JD8Z4Q0M3T5R7V9X1B2C4D6F', '01JD8Z4Q0M3T5R7V9X1B2C4D6G']) {
      for (const base of ['/api', '/api/v1']) {
        // oxlint-disable-next-line no-await-in-loop -- one call after the other
        await api.rest(new Request(`${HOST}${base}/plant-identification/identifications/${id}`, { headers: asAnna }));
      }
    }
    const { value } = await scrape();
    const calls = (route: string) => value('plantcommunity_legacy_requests_total', { route });
    expect({
      legacy: calls('/api/plant-identification/identifications/{id}'),
      v1: calls('/api/v1/plant-identification/identifications/{id}'),
    }).toEqual({ legacy: 2, v1: undefined });
  });
});

describe('open streams', () => {
  const untilLeft = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const progress: IdentificationService['progress'] = async function* (_id, _viewer, signal) {
    yield { type: 'received', at: 0, photos: 1 };
    await untilLeft(signal);
  };
  const watchOverview: Operations['watchOverview'] = async function* (signal) {
    yield { type: 'whole', overview };
    await untilLeft(signal);
  };
  const input = encodeURIComponent(JSON.stringify({ requestId: '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3' }));

  it.each([
    { kind: 'progress', path: `v1.plantIdentification.progress?input=${input}` },
    { kind: 'admin', path: 'v1.admin.overview.watch' },
  ])('of kind $kind count until their caller leaves', async ({ kind, path }) => {
    const { api, scrape } = measuredApi({ service: { progress }, operations: { watchOverview } });
    const open = async () => (await scrape()).value('plantcommunity_streams_open', { kind });
    const before = await open();
    const leaving = new AbortController();
    const headers = { Accept: 'text/event-stream', Cookie: 'session=ada' };
    const answer = await api.trpc(new Request(`${HOST}/api/trpc/${path}`, { headers, signal: leaving.signal }));
    const reader = answer.body?.getReader();
    // The first event says that the stream is connected, the second is the first value.
    await reader?.read();
    await reader?.read();
    const during = await open();
    leaving.abort();
    await reader?.cancel().catch(() => undefined);
    expect({ before, during, after: await open() }).toEqual({ before: 0, during: 1, after: 0 });
  });
});

function busy(): IdentificationError {
  return new IdentificationError('busy', 'Too many at once.');
}

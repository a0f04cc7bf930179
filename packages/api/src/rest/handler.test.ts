import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../testing/api-under-test.ts';

const HOST = 'http://localhost:3000';

describe('REST', () => {
  it.each([
    '/api/calendar/events',
    '/api/v2/plant-identification/identify',
    '/api/v9/plant-identification/identify/health',
    '/api/v1/v1/plant-identification/identify/health',
    '/api/v10/openapi.json',
    '/api/',
    '/api/v1/nothing',
  ])('answers a 404 problem, not as another version, at %s', async (path) => {
    const { api } = apiUnderTest();
    const answer = await api.rest(new Request(HOST + path));
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.has('deprecation')).toBe(false);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  });

  it.each(['v1/', ''])('refuses unknown hosts under /api/%s, also for GET', async (namespace) => {
    const { api } = apiUnderTest();
    const request = new Request(`${HOST}/api/${namespace}plant-identification/identify/health`, {
      headers: { Host: 'evil.example' },
    });
    const answer = await api.rest(request);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject(
      namespace === '' ? { detail: 'This host is not served here.' } : { code: 'unknown_host' },
    );
  });

  it('does not read or cancel the body of a refused caller', async () => {
    const { api } = apiUnderTest({ config: { mode: 'production' } });
    let taken = 0;
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        taken += 1;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const request = new Request(`${HOST}/api/v1/plant-identification/identify`, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    });
    expect((await api.rest(request)).status).toBe(401);
    // A stream fills its queue with one chunk by itself.
    expect({ taken, isCancelled }).toEqual({ taken: 1, isCancelled: false });
  });
});

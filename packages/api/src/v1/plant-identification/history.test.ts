import { type IdentificationService, PhotoStoreUnavailableError } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { createdAt, monstera, storedId, storedItem } from '../../testing/fake-service.ts';

const BASE = 'http://localhost:3000/api/v1/plant-identification/identifications';
const asAnna = { headers: { Cookie: 'session=anna' } };

function withHistory() {
  const history = vi.fn<IdentificationService['history']>(async () => ({
    items: [{ ...storedItem, feedback: { rating: 'it_is', name: 'Dracaena', createdAt } }],
    nextCursor: 'older',
  }));
  const find = vi.fn<IdentificationService['find']>(async (ownerId, id) =>
    ownerId === anna.userId && id === storedId
      ? {
          identification: { ...monstera, id: storedId },
          createdAt,
          feedback: { rating: 'right', createdAt },
          options: { includeDiseases: true, organs: [] },
          photos: 1,
          photosState: 'kept',
        }
      : undefined,
  );
  const photo = vi.fn<IdentificationService['photo']>(async (_ownerId, id, n) =>
    id === storedId && n === 1 ? { bytes: Buffer.from('jpeg') } : undefined,
  );
  return { history, find, photo, ...apiUnderTest({ service: { history, find, photo } }) };
}

describe('the history of a user', () => {
  it('is listed in pages, in wire names', async () => {
    const { api, history } = withHistory();
    const answer = await api.rest(new Request(`${BASE}?limit=7&cursor=abc`, asAnna));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      items: [
        {
          id: storedId,
          created_at: createdAt.toISOString(),
          plant_name: 'Swiss cheese plant',
          scientific_name: 'Monstera deliciosa',
          confidence: 0.95,
          is_plant: true,
          demo: false,
          photos: 1,
          feedback: { rating: 'it_is', name: 'Dracaena', created_at: createdAt.toISOString() },
        },
      ],
      next_cursor: 'older',
    });
    expect(history).toHaveBeenCalledExactlyOnceWith(anna.userId, { limit: 7, cursor: 'abc' });
  });

  it('has pages of 24 by default', async () => {
    const { api, history } = withHistory();
    await api.rest(new Request(`${BASE}/`, asAnna));
    await api.trpc(new Request('http://localhost:3000/api/trpc/v1.plantIdentification.history', asAnna));
    expect(history.mock.calls).toEqual([
      [anna.userId, { limit: 24 }],
      [anna.userId, { limit: 24 }],
    ]);
  });

  it('is searched and filtered by what the query names, over REST and tRPC', async () => {
    const { api, history } = withHistory();
    const names = 'monst dél';
    await api.rest(new Request(`${BASE}?q=${encodeURIComponent(names)}&is_plant=false&min_confidence=0.5`, asAnna));
    const input = encodeURIComponent(JSON.stringify({ q: names, is_plant: false, min_confidence: 0.5 }));
    const url = `http://localhost:3000/api/trpc/v1.plantIdentification.history?input=${input}`;
    expect((await api.trpc(new Request(url, asAnna))).status).toBe(200);
    const query = { limit: 24, names, isPlant: false, minConfidence: 0.5 };
    expect(history.mock.calls).toEqual([
      [anna.userId, query],
      [anna.userId, query],
    ]);
  });

  it.each(['', '%20'])('is not filtered by what a form sends empty or blank, as %j', async (value) => {
    const { api, history } = withHistory();
    await api.rest(new Request(`${BASE}?q=${value}&is_plant=${value}&min_confidence=${value}`, asAnna));
    expect(history.mock.calls).toEqual([[anna.userId, { limit: 24 }]]);
  });

  it.each([
    { query: `q=${'a'.repeat(101)}`, pointer: '#/q' },
    { query: 'is_plant=yes', pointer: '#/is_plant' },
    { query: 'min_confidence=1.01', pointer: '#/min_confidence' },
    { query: 'min_confidence=-1', pointer: '#/min_confidence' },
    { query: 'min_confidence=high', pointer: '#/min_confidence' },
    { query: 'cursor=', pointer: '#/cursor' },
  ])('refuses $query, naming it', async ({ pointer, query }) => {
    const { api, history } = withHistory();
    const answer = await api.rest(new Request(`${BASE}?${query}`, asAnna));
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer }] },
    });
    expect(history).not.toHaveBeenCalled();
  });

  it.each(['0', '101', 'ten', '1.5'])('refuses pages of %s', async (limit) => {
    const { api } = withHistory();
    const answer = await api.rest(new Request(`${BASE}?limit=${limit}`, asAnna));
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '#/limit' }] });
  });

  it('requires a signed-in user, in development too', async () => {
    const { api, history } = withHistory();
    expect((await api.rest(new Request(BASE))).status).toBe(401);
    expect(history).not.toHaveBeenCalled();
  });
});

describe('one identification', () => {
  it('is returned as it was answered', async () => {
    const { api } = withHistory();
    const answer = await api.rest(new Request(`${BASE}/${storedId}`, asAnna));
    expect(await answer.json()).toMatchObject({
      id: storedId,
      created_at: createdAt.toISOString(),
      photos: 1,
      plant_name: 'Swiss cheese plant',
      feedback: { rating: 'right', created_at: createdAt.toISOString() },
    });
  });

  it('of another user is not found', async () => {
    const { api } = withHistory();
    const answer = await api.rest(new Request(`${BASE}/01JD8Z4Q0M3T5R7V9X1B2C4D60`, asAnna));
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found', status: 404, type: 'about:blank' });
  });
});

describe('a photo', () => {
  it('is a JPEG that browsers do not run, frame or share', async () => {
    const { api } = withHistory();
    const answer = await api.rest(new Request(`${BASE}/${storedId}/photos/1`, asAnna));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).toString()).toBe('jpeg');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-disposition': 'inline; filename="photo.jpg"',
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      'cache-control': 'private, max-age=3600',
    });
  });

  it('whose store is away is 503 with Retry-After', async () => {
    const { api, photo } = withHistory();
    photo.mockRejectedValue(new PhotoStoreUnavailableError(new Error('connect ECONNREFUSED 10.0.0.7')));
    const answer = await api.rest(new Request(`${BASE}/${storedId}/photos/1`, asAnna));
    expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({
      status: 503,
      retryAfter: '5',
    });
    expect(await answer.text()).not.toContain('10.0.0.7');
  });

  it.each(['2', '0', 'one', '../1'])('%s that does not exist is 404 or refused', async (n) => {
    const { api, photo } = withHistory();
    const answer = await api.rest(new Request(`${BASE}/${storedId}/photos/${encodeURIComponent(n)}`, asAnna));
    expect([400, 404]).toContain(answer.status);
    expect(photo.mock.calls.every(([, , asked]) => asked === 2)).toBe(true);
  });

  it.each([
    { at: `${storedId}/photos/100`, status: 404 },
    { at: `${storedId}/photos/101`, status: 400 },
    { at: `${'A'.repeat(100)}/photos/1`, status: 404 },
    { at: `${'A'.repeat(101)}/photos/1`, status: 400 },
  ])('at $at is answered with $status, by the documented bounds', async ({ at, status }) => {
    const { api } = withHistory();
    expect((await api.rest(new Request(`${BASE}/${at}`, asAnna))).status).toBe(status);
  });

  it('is not offered over tRPC, whose JSON would mangle it', async () => {
    const { api } = withHistory();
    const input = encodeURIComponent(JSON.stringify({ id: storedId, n: 1 }));
    const url = `http://localhost:3000/api/trpc/v1.plantIdentification.photo?input=${input}`;
    expect((await api.trpc(new Request(url, asAnna))).status).toBe(404);
  });
});

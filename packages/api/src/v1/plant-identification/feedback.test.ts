import type { IdentificationService } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { createdAt, storedId } from '../../testing/fake-service.ts';
import { ownedBy } from '../../testing/owned-by.ts';

const PATH = '/api/v1/plant-identification/identifications';

function send(body: unknown, { id = storedId, token = 'anna', path = PATH } = {}) {
  const giveFeedback = vi.fn<IdentificationService['giveFeedback']>(ownedBy('anna').giveFeedback);
  const { api } = apiUnderTest({ service: { giveFeedback } });
  const request = new Request(`http://localhost:3000${path}/${id}/feedback`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { answered: api.rest(request), giveFeedback };
}

describe('feedback on an identification', () => {
  it.each([
    { rating: 'right' },
    { rating: 'not_this' },
    { rating: 'it_is', name: 'Drachenbaum' },
    { rating: 'it_is', name: 'Ανθούριο’s 🌱' },
  ])('%o is answered with 201 and what is stored', async (feedback) => {
    const { answered, giveFeedback } = send(feedback);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 201,
      body: { ...feedback, created_at: createdAt.toISOString() },
    });
    expect(giveFeedback).toHaveBeenCalledExactlyOnceWith('anna', storedId, feedback);
  });

  it('names a plant without white space around it, and in one spelling', async () => {
    const { answered, giveFeedback } = send({ rating: 'it_is', name: `  ${'Süßdolde'.normalize('NFD')}\t` });
    expect((await answered).status).toBe(201);
    expect(giveFeedback.mock.calls[0]?.[2]).toEqual({ rating: 'it_is', name: 'Süßdolde'.normalize('NFC') });
  });

  it.each<[what: string, body: unknown, pointer: string]>([
    ['another rating', { rating: 'wrong' }, '#/rating'],
    ['no rating', { name: 'Dracaena' }, '#/rating'],
    ['no name with it_is', { rating: 'it_is' }, '#/name'],
    ['a name with right', { rating: 'right', name: 'Dracaena' }, '#/name'],
    ['a name with not_this', { rating: 'not_this', name: 'Dracaena' }, '#/name'],
    ['an empty name', { rating: 'it_is', name: ' ' }, '#/name'],
    ['201 characters', { rating: 'it_is', name: 'a'.repeat(201) }, '#/name'],
    ['two lines', { rating: 'it_is', name: 'Dracaena\nfragrans' }, '#/name'],
    ['a NUL', { rating: 'it_is', name: 'Dracaena\0' }, '#/name'],
    ['half a character', { rating: 'it_is', name: 'Dracaena \ud83c' }, '#/name'],
    ['reordered text', { rating: 'it_is', name: '\u202eDracaena' }, '#/name'],
    ['another field', { rating: 'right', comment: 'Nice' }, '#/comment'],
  ])('with %s is answered with 400 that names the field', async (_what, body, pointer) => {
    const { answered, giveFeedback } = send(body);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer }] },
    });
    expect(giveFeedback).not.toHaveBeenCalled();
  });

  it.each([
    ['an unknown id', { id: '01JD8Z4Q0M3T5R7V9X1B2C4D6G' }],
    ['an identification of another user', { token: 'berta' }],
  ])('is answered with 404 for %s', async (_what, options) => {
    const answer = await send({ rating: 'right' }, options).answered;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('is not offered in legacy', async () => {
    const answer = await send({ rating: 'right' }, { path: PATH.replace('/v1', '') }).answered;
    expect(answer.status).toBe(404);
  });
});

import type { IdentificationService } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { storedId } from '../../testing/fake-service.ts';
import { ownedBy } from '../../testing/owned-by.ts';

const PATH = '/api/v1/plant-identification/identifications';

function send(path: string, headers: Record<string, string> = { Authorization: 'Bearer anna' }) {
  const deleteAll = vi.fn<IdentificationService['deleteAll']>(async () => undefined);
  const remove = vi.fn<IdentificationService['delete']>(ownedBy('anna').delete);
  const { api } = apiUnderTest({ service: { delete: remove, deleteAll } });
  const answered = api.rest(new Request(`http://localhost:3000${path}`, { method: 'DELETE', headers }));
  return { answered, remove, deleteAll };
}

describe('DELETE of an identification', () => {
  it.each(['', '/'])('answers 204 without a body, at a path that ends in "%s"', async (slash) => {
    const { answered, deleteAll, remove } = send(`${PATH}/${storedId}${slash}`);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(remove).toHaveBeenCalledExactlyOnceWith('anna', storedId);
    expect(deleteAll).not.toHaveBeenCalled();
  });

  it.each([
    ['an unknown id', `${PATH}/01JD8Z4Q0M3T5R7V9X1B2C4D6G`, 'anna'],
    ['an identification of another user', `${PATH}/${storedId}`, 'berta'],
  ])('answers 404 to %s', async (_what, path, user) => {
    const answer = await send(path, { Authorization: `Bearer ${user}` }).answered;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('answers 400 to an id that is too long, naming it', async () => {
    const answer = await send(`${PATH}/${'0'.repeat(101)}`).answered;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '#/id' }] },
    });
  });

  it('is not offered in legacy', async () => {
    const answer = await send(`${PATH.replace('/v1', '')}/${storedId}`).answered;
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD, OPTIONS',
    });
  });
});

describe('DELETE of all identifications', () => {
  it('answers 204 without a body', async () => {
    const { answered, deleteAll, remove } = send(PATH);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(deleteAll).toHaveBeenCalledExactlyOnceWith('anna');
    expect(remove).not.toHaveBeenCalled();
  });

  it('is refused at the path of an identification whose id is empty', async () => {
    const { answered, deleteAll, remove } = send(`${PATH}/`);
    const answer = await answered;
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, HEAD, OPTIONS',
    });
    expect(deleteAll).not.toHaveBeenCalled();
    expect(remove).not.toHaveBeenCalled();
  });

  it('is refused without credentials, and to a page of another site', async () => {
    const { answered, deleteAll } = send(PATH, {});
    expect((await answered).status).toBe(401);
    const foreign = send(PATH, { Cookie: 'session=anna', 'Sec-Fetch-Site': 'cross-site' });
    expect((await foreign.answered).status).toBe(403);
    expect([deleteAll, foreign.deleteAll].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});

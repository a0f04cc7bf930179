import type { IdentificationService } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { storedId } from '../../testing/fake-service.ts';
import { ownedBy } from '../../testing/owned-by.ts';

const PATH = '/api/v1/plant-identification/identifications';

function send(path: string, headers: Record<string, string> = { Authorization: 'Bearer anna' }) {
  const restoreAll = vi.fn<IdentificationService['restoreAll']>(async () => undefined);
  const restore = vi.fn<IdentificationService['restore']>(ownedBy('anna').restore);
  const { api } = apiUnderTest({ service: { restore, restoreAll } });
  return {
    answered: api.rest(new Request(`http://localhost:3000${path}`, { method: 'POST', headers })),
    restore,
    restoreAll,
  };
}

describe('POST to restore an identification', () => {
  it.each(['', '/'])('answers 204 without a body, at a path that ends in "%s"', async (slash) => {
    const { answered, restore, restoreAll } = send(`${PATH}/${storedId}/restore${slash}`);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(restore).toHaveBeenCalledExactlyOnceWith('anna', storedId);
    expect(restoreAll).not.toHaveBeenCalled();
  });

  it.each([
    ['an unknown id, or one deleted long ago', `${PATH}/01JD8Z4Q0M3T5R7V9X1B2C4D6G/restore`, 'anna'],
    ['an identification of another user', `${PATH}/${storedId}/restore`, 'berta'],
  ])('answers 404 to %s', async (_what, path, user) => {
    const answer = await send(path, { Authorization: `Bearer ${user}` }).answered;
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('restores nothing at a path whose id is empty', async () => {
    const { answered, restore, restoreAll } = send(`${PATH}//restore`);
    expect((await answered).status).toBe(404);
    expect([...restore.mock.calls, ...restoreAll.mock.calls]).toEqual([]);
  });
});

describe('POST to restore all identifications', () => {
  it('answers 204 without a body', async () => {
    const { answered, restore, restoreAll } = send(`${PATH}/restore`);
    const answer = await answered;
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 204, body: '' });
    expect(restoreAll).toHaveBeenCalledExactlyOnceWith('anna');
    expect(restore).not.toHaveBeenCalled();
  });

  it('is refused without credentials, and to a page of another site', async () => {
    const { answered, restoreAll } = send(`${PATH}/restore`, {});
    expect((await answered).status).toBe(401);
    const foreign = send(`${PATH}/restore`, { Cookie: 'session=anna', 'Sec-Fetch-Site': 'cross-site' });
    expect((await foreign.answered).status).toBe(403);
    expect([restoreAll, foreign.restoreAll].flatMap(({ mock }) => mock.calls)).toEqual([]);
  });
});

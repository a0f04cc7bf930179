import { describe, expect, it } from 'vitest';
import { allProcedures } from '../../testing/all-procedures.ts';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { keysOf } from '../../testing/fake-auth.ts';
import { billed, monstera } from '../../testing/fake-service.ts';
import { ownedBy } from '../../testing/owned-by.ts';
import { samples } from '../../testing/samples.ts';

/**
 * Answers to Berta for requests that are valid for Anna: 404, or Berta's own data. `shows` is a text that only Anna's
 * answer has. Every procedure that knows its caller needs a row; the first test fails without it.
 */
const ROWS: Readonly<Record<string, { berta: 404 | 'own'; shows?: string }>> = {
  'plantIdentification.identify': { berta: 'own' },
  'plantIdentification.progress': { berta: 'own', shows: 'Monstera deliciosa' },
  'plantIdentification.history': { berta: 'own', shows: 'Monstera deliciosa' },
  'plantIdentification.identification': { berta: 404, shows: 'Monstera deliciosa' },
  'plantIdentification.giveFeedback': { berta: 404, shows: 'Dracaena' },
  'plantIdentification.photo': { berta: 404, shows: 'jpeg' },
  'plantIdentification.exportJson': { berta: 'own', shows: 'Monstera deliciosa' },
  'plantIdentification.exportZip': { berta: 'own', shows: 'Monstera deliciosa' },
  'plantIdentification.delete': { berta: 404 },
  'plantIdentification.deleteAll': { berta: 'own' },
  'plantIdentification.restore': { berta: 404 },
  'plantIdentification.restoreAll': { berta: 'own' },
  'auth.me': { berta: 'own', shows: 'anna@example.org' },
  'apiKeys.create': { berta: 'own' },
  'apiKeys.list': { berta: 'own', shows: 'Garden script' },
  'apiKeys.get': { berta: 404, shows: 'Garden script' },
  'apiKeys.revoke': { berta: 404 },
  'account.changePassword': { berta: 'own' },
  'account.signOutEverywhere': { berta: 'own' },
  'account.delete': { berta: 'own' },
};

const bound = allProcedures.filter(({ policy }) => policy === 'user' || policy === 'identify');
const callers = { anna: 'session=anna', berta: 'session=berta' };

/** Creates the API over services with data of Anna; `askedFor` records the users whose data is requested. */
function apiWithAnnasData() {
  const askedFor = new Set<string | undefined>();
  const annas = ownedBy('anna');
  const annasKeys = keysOf('anna');
  const done = async (userId: string) => void askedFor.add(userId);
  const { api } = apiUnderTest({
    service: {
      async identify({ ownerId }) {
        askedFor.add(ownerId);
        return billed({ ...monstera, suggestions: [] });
      },
      progress(requestId, ownerId, signal) {
        askedFor.add(ownerId);
        return annas.progress(requestId, ownerId, signal);
      },
      history(ownerId, page) {
        askedFor.add(ownerId);
        return annas.history(ownerId, page);
      },
      find(ownerId, id) {
        askedFor.add(ownerId);
        return annas.find(ownerId, id);
      },
      exportHistory(ownerId) {
        askedFor.add(ownerId);
        return annas.exportHistory(ownerId);
      },
      giveFeedback(ownerId, id, feedback) {
        askedFor.add(ownerId);
        return annas.giveFeedback(ownerId, id, feedback);
      },
      photo(ownerId, id, index) {
        askedFor.add(ownerId);
        return annas.photo(ownerId, id, index);
      },
      delete(ownerId, id) {
        askedFor.add(ownerId);
        return annas.delete(ownerId, id);
      },
      restore(ownerId, id) {
        askedFor.add(ownerId);
        return annas.restore(ownerId, id);
      },
      deleteAll: done,
      restoreAll: done,
      forget: done,
    },
    auth: {
      accounts: { changePassword: done, signOutEverywhere: done, delete: done },
      apiKeys: {
        create(userId, wanted) {
          askedFor.add(userId);
          return annasKeys.create(userId, { ...wanted, name: 'New key' });
        },
        list(userId) {
          askedFor.add(userId);
          return annasKeys.list(userId);
        },
        find(userId, id) {
          askedFor.add(userId);
          return annasKeys.find(userId, id);
        },
        revoke(userId, id) {
          askedFor.add(userId);
          return annasKeys.revoke(userId, id);
        },
      },
    },
  });
  return { api, askedFor };
}

describe('data of a user', () => {
  it('has a row for every procedure that knows its caller', () => {
    const procedures = new Set(bound.map(({ procedure }) => procedure));
    expect([...procedures].toSorted()).toEqual(Object.keys(ROWS).toSorted());
  });

  describe.each(bound)('by $procedure, $namespace over $over', (route) => {
    const { berta, shows } = ROWS[route.procedure] ?? {};

    async function asked(caller: keyof typeof callers) {
      const { api, askedFor } = apiWithAnnasData();
      const headers = { 'Sec-Fetch-Site': 'same-origin', Cookie: callers[caller] };
      const answer = await route.call(api, samples[route.procedure]?.(), headers);
      return { status: answer.status, text: await answer.text(), askedFor };
    }

    it('is returned to Anna', async () => {
      const { askedFor, status, text } = await asked('anna');
      expect(status).toBe(route.success);
      expect(text).toContain(shows ?? '');
      expect(askedFor).toEqual(new Set(route.procedure === 'auth.me' ? [] : ['anna']));
    });

    it(`is ${berta === 404 ? 'not there' : 'never Anna’s'} for Berta`, async () => {
      const { askedFor, status, text } = await asked('berta');
      expect(status).toBe(berta === 404 ? 404 : route.success);
      expect(text).not.toMatch(/anna/i);
      expect(text.includes(shows ?? 'anna')).toBe(false);
      expect(askedFor).toEqual(new Set(route.procedure === 'auth.me' ? [] : ['berta']));
    });
  });
});

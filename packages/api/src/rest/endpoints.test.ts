import { describe, expect, it } from 'vitest';
import { NAMESPACES } from '../namespaces.ts';
import { allProcedures, policyOf, procedures } from '../testing/all-procedures.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { keysOf } from '../testing/fake-auth.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { samples } from '../testing/samples.ts';

const allEndpoints = NAMESPACES.flatMap((namespace) => [...namespace.endpoints]);
const POLICIES: (string | undefined)[] = ['public', 'identify', 'user', 'admin'];

describe('every procedure', () => {
  it('has a policy', () => {
    expect(procedures.length).toBeGreaterThanOrEqual(31);
    expect(procedures.filter(([, { _def }]) => !POLICIES.includes(policyOf(_def))).map(([path]) => path)).toEqual([]);
    expect(allEndpoints.filter(({ procedure: { _def } }) => !POLICIES.includes(policyOf(_def)))).toEqual([]);
  });

  it('of legacy is listed here, so that new procedures of v1 are not added to it by accident', () => {
    const legacy = procedures
      .filter(([path]) => path.startsWith('legacy.'))
      .map(([path]) => path.slice('legacy.'.length));
    expect(legacy.toSorted()).toEqual([
      'auth.me',
      'auth.refresh',
      'auth.register',
      'auth.revoke',
      'auth.token',
      'plantIdentification.health',
      'plantIdentification.history',
      'plantIdentification.identification',
      'plantIdentification.identify',
      'plantIdentification.photo',
      'plantIdentification.progress',
    ]);
  });

  it('of legacy is in v1 too', () => {
    const paths = new Set(procedures.map(([path]) => path));
    const missing = procedures.filter(
      ([path]) => path.startsWith('legacy.') && !paths.has(path.replace('legacy.', 'v1.')),
    );
    expect(missing).toEqual([]);
  });

  it('for operators is for administrators, and over tRPC only', () => {
    const policies = procedures.filter(([path]) => path.startsWith('v1.admin.')).map(([, { _def }]) => policyOf(_def));
    expect(new Set(policies)).toEqual(new Set(['admin']));
    expect(allEndpoints.filter(({ procedure: { _def } }) => policyOf(_def) === 'admin')).toEqual([]);
  });

  it.each(allProcedures)(
    '$procedure, $namespace over $over, is counted if its meta declares a limit: $isCounted',
    async (route) => {
      const none = Object.fromEntries(
        Object.entries(config.rates).map(([name, rate]) => [name, { ...rate, count: 0 }]),
      );
      const { api } = apiUnderTest({
        config: { rates: { ...config.rates, ...none } },
        service: ownedBy('ada'),
        auth: { apiKeys: keysOf('ada') },
      });
      const call = () => route.call(api, samples[route.procedure]?.(), { Authorization: 'Bearer ada' });
      // Every rate allows at least one call; the health limit has no setting.
      const before = route.procedure === 'plantIdentification.health' ? 100 : 1;
      for (let count = 0; count < before; count += 1) await call();
      const answer = await call();
      expect(answer.status).toBe(route.isCounted ? 429 : route.success);
      expect(answer.headers.has('retry-after')).toBe(route.isCounted);
    },
  );

  it('for accounts is for signed-in users', () => {
    const policies = procedures
      .filter(([path]) => path.startsWith('v1.account.'))
      .map(([, { _def }]) => policyOf(_def));
    expect(policies).toEqual(['user', 'user', 'user']);
  });
});

describe.each(NAMESPACES)('the endpoints of $name', ({ endpoints }) => {
  it('have unique operation ids and paths', () => {
    expect(new Set(endpoints.map(({ operationId }) => operationId)).size).toBe(endpoints.length);
    expect(new Set(endpoints.map(({ method, path }) => `${method} ${path}`)).size).toBe(endpoints.length);
  });
});

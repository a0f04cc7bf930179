import { describe, expect, it } from 'vitest';
import { NAMESPACES } from '../namespaces.ts';
import { allProcedures, policyOf, procedures } from '../testing/all-procedures.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { samples } from '../testing/samples.ts';

const allEndpoints = NAMESPACES.flatMap((namespace) => [...namespace.endpoints]);
const POLICIES: (string | undefined)[] = ['public', 'identify', 'user', 'admin'];
/** Procedures that only our pages use; v1 offers them over tRPC only. */
const PAGES_ONLY = ['admin.', 'account.'];

describe('every procedure', () => {
  it('has a policy', () => {
    expect(procedures.length).toBeGreaterThanOrEqual(31);
    expect(procedures.filter(([, { _def }]) => !POLICIES.includes(policyOf(_def))).map(([path]) => path)).toEqual([]);
    expect(allEndpoints.filter(({ procedure }) => !POLICIES.includes(procedure.meta.policy))).toEqual([]);
  });

  it('of v1 is in legacy too, except those that only our pages use', () => {
    const under = (namespace: string) =>
      procedures
        .filter(([path]) => path.startsWith(namespace))
        .map(([path]) => path.slice(namespace.length))
        .toSorted();
    const isPagesOnly = (path: string) => PAGES_ONLY.some((start) => path.startsWith(start));
    expect(under('legacy.')).toEqual(under('v1.').filter((path) => !isPagesOnly(path)));
  });

  it('for operators is for administrators, and over tRPC only', () => {
    const policies = procedures.filter(([path]) => path.startsWith('v1.admin.')).map(([, { _def }]) => policyOf(_def));
    expect(policies).toEqual(Array.from({ length: 6 }, () => 'admin'));
    expect(allEndpoints.filter(({ procedure }) => procedure.meta.policy === 'admin')).toEqual([]);
  });

  it.each(allProcedures)(
    '$procedure, $namespace over $over, is counted if its meta declares a limit: $isCounted',
    async (route) => {
      const none = Object.fromEntries(
        Object.entries(config.rates).map(([name, rate]) => [name, { ...rate, count: 0 }]),
      );
      const { api } = apiUnderTest({ config: { rates: { ...config.rates, ...none } }, service: ownedBy('ada') });
      const call = () => route.call(api, samples[route.procedure]?.(), { Authorization: 'Bearer ada' });
      // Every rate allows at least one call; the health limit has no setting.
      const before = route.procedure === 'plantIdentification.health' ? 100 : 1;
      for (let count = 0; count < before; count += 1) await call();
      const answer = await call();
      expect(answer.status).toBe(route.isCounted ? 429 : route.success);
      expect(answer.headers.has('retry-after')).toBe(route.isCounted);
    },
  );

  it('for accounts is for signed-in users, and over tRPC only', () => {
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

import { describe, expect, it } from 'vitest';
import { allProcedures, policyOf, procedures } from '../testing/all-procedures.ts';
import { apiUnderTest, config } from '../testing/api-under-test.ts';
import { ownedBy } from '../testing/owned-by.ts';
import { samples } from '../testing/samples.ts';
import { callerRouter } from '../trpc/router.ts';
import { endpoints } from './endpoints.ts';

const POLICIES: (string | undefined)[] = ['public', 'identify', 'user', 'admin'];
/** What no client of the former system ever called, and no app does: v1 has it over tRPC only, for our pages. */
const ONLY_OUR_PAGES = ['admin.', 'account.'];

describe('every way in', () => {
  it('has a policy', () => {
    expect(procedures.length).toBeGreaterThanOrEqual(31);
    expect(procedures.filter(([, { _def }]) => !POLICIES.includes(policyOf(_def))).map(([path]) => path)).toEqual([]);
    expect(endpoints.filter(({ procedure }) => !POLICIES.includes(procedure.meta.policy))).toEqual([]);
  });

  it('is mirrored: legacy is v1, procedure by procedure, but for what only our pages use', () => {
    const under = (namespace: string) =>
      procedures
        .filter(([path]) => path.startsWith(namespace))
        .map(([path]) => path.slice(namespace.length))
        .toSorted();
    const isOurs = (path: string) => ONLY_OUR_PAGES.some((start) => path.startsWith(start));
    expect(under('legacy.')).toEqual(under('v1.').filter((path) => !isOurs(path)));
  });

  it('to what operators do is for administrators, and over tRPC only', () => {
    const policies = procedures.filter(([path]) => path.startsWith('v1.admin.')).map(([, { _def }]) => policyOf(_def));
    expect(policies).toEqual(Array.from({ length: 6 }, () => 'admin'));
    expect(endpoints.filter(({ procedure }) => procedure.meta.policy === 'admin')).toEqual([]);
  });

  it.each(allProcedures)('by $procedure, $namespace over $over, is counted if it says so: $isCounted', async (way) => {
    const none = Object.fromEntries(Object.entries(config.rates).map(([name, rate]) => [name, { ...rate, count: 0 }]));
    const { api } = apiUnderTest({ config: { rates: { ...config.rates, ...none } }, service: ownedBy('ada') });
    const call = () => way.call(api, samples[way.procedure]?.(), { Authorization: 'Bearer ada' });
    // A limit lets one call through, however small it is; the limit of health has no setting.
    const before = way.procedure === 'plantIdentification.health' ? 100 : 1;
    for (let count = 0; count < before; count += 1) await call();
    const answer = await call();
    expect(answer.status).toBe(way.isCounted ? 429 : way.success);
    expect(answer.headers.has('retry-after')).toBe(way.isCounted);
  });

  it('to one’s own account is for its user, and over tRPC only', () => {
    const policies = procedures
      .filter(([path]) => path.startsWith('v1.account.'))
      .map(([, { _def }]) => policyOf(_def));
    expect(policies).toEqual(['user', 'user', 'user']);
  });
});

describe('an endpoint', () => {
  it.each(endpoints)('$operationId calls the procedure whose policy it is judged by', async (endpoint) => {
    const called: unknown[] = [];
    const recording = <T extends object>(real: T, here: Record<string, unknown>): T =>
      new Proxy(real, {
        get: (_target, name) => async () => {
          called.push(here[String(name)]);
          return { status: 'healthy' };
        },
      });
    const { auth, plantIdentification } = apiUnderTest().api.caller(undefined);
    await endpoint.call({
      procedures: {
        auth: recording(auth, callerRouter.v1.auth),
        plantIdentification: recording(plantIdentification, callerRouter.v1.plantIdentification),
      },
      params: {},
      query: {},
      upload: new (class extends FormData {})() as never,
      json: async () => ({}) as never,
    });
    expect(called).toEqual([endpoint.procedure]);
  });

  it('has an operation id and a path of its own', () => {
    expect(new Set(endpoints.map(({ operationId }) => operationId)).size).toBe(endpoints.length);
    expect(new Set(endpoints.map(({ method, path }) => `${method} ${path}`)).size).toBe(endpoints.length);
  });
});

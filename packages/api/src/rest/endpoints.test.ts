import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { appRouter, calledRouter } from '../router.ts';
import { apiUnderTest } from '../testing/api-under-test.ts';
import { endpoints } from './endpoints.ts';

const POLICIES = ['public', 'identify', 'user', 'admin'];

describe('every way in', () => {
  const proceduresOf = ({ _def }: AnyTRPCRouter) => Object.entries(_def.procedures as Record<string, AnyTRPCProcedure>);
  const procedures = [...new Map([...proceduresOf(appRouter), ...proceduresOf(calledRouter)])];

  it('has a policy', () => {
    const declared = procedures.map(([path, { _def }]) => [
      path,
      (_def.meta as { policy?: string } | undefined)?.policy,
    ]);
    expect(declared.length).toBeGreaterThanOrEqual(12);
    expect(declared.filter(([, policy]) => !POLICIES.includes(policy ?? ''))).toEqual([]);
    expect(endpoints.filter(({ procedure }) => !POLICIES.includes(procedure.meta.policy))).toEqual([]);
  });

  it('is mirrored: legacy is v1, procedure by procedure, but for what only operators use', () => {
    const under = (namespace: string) =>
      procedures
        .filter(([path]) => path.startsWith(namespace))
        .map(([path]) => path.slice(namespace.length))
        .toSorted();
    expect(under('legacy.')).toEqual(under('v1.').filter((path) => !path.startsWith('admin.')));
  });

  it('to what operators do is for administrators, and over tRPC only', () => {
    const policies = procedures
      .filter(([path]) => path.startsWith('v1.admin.'))
      .map(([, { _def }]) => (_def.meta as { policy?: string } | undefined)?.policy);
    expect(policies).toEqual(Array.from({ length: 6 }, () => 'admin'));
    expect(endpoints.filter(({ procedure }) => procedure.meta.policy === 'admin')).toEqual([]);
  });
});

describe('an endpoint', () => {
  it.each(endpoints)('$operationId calls the procedure whose policy it is judged by', async (endpoint) => {
    const called: unknown[] = [];
    const { api } = apiUnderTest();
    const real = api.caller(undefined).plantIdentification;
    const plantIdentification = new Proxy(real, {
      get: (_target, name: keyof typeof real) => async () => {
        called.push(calledRouter.v1.plantIdentification[name]);
        return { status: 'healthy' };
      },
    });
    await endpoint.call({
      procedures: { plantIdentification },
      params: {},
      query: {},
      upload: new (class extends FormData {})() as never,
    });
    expect(called).toEqual([endpoint.procedure]);
  });

  it('has an operation id and a path of its own', () => {
    expect(new Set(endpoints.map(({ operationId }) => operationId)).size).toBe(endpoints.length);
    expect(new Set(endpoints.map(({ method, path }) => `${method} ${path}`)).size).toBe(endpoints.length);
  });
});

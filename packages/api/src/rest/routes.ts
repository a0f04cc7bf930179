import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { ProcedureMeta } from '../middleware/init.ts';
import { appRouter } from '../trpc/router.ts';
import { endpoints } from './endpoints.ts';
import { DOCUMENT_PATHS } from './openapi.ts';

/** One way into the product, and who may take it. */
export interface Route {
  method: string;
  path: string;
  policy: ProcedureMeta['policy'];
  /** What its calls count against, if anything. */
  limit?: NonNullable<ProcedureMeta['limit'] | ProcedureMeta['throttle']>;
}

/** Every route of REST, v1 and legacy, and of tRPC, with the policy its procedure declares. */
export function apiRoutes(): Route[] {
  return [...restRoutes(), ...trpcRoutes()];
}

function restRoutes(): Route[] {
  const called = endpoints.flatMap(({ method, path, procedure }) =>
    ['/api/v1', '/api'].map((base) => routeOf(method, base + path, procedure.meta)),
  );
  return [...called, ...DOCUMENT_PATHS.map((path) => routeOf('GET', path, { policy: 'public' }))];
}

const METHODS = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const;

function trpcRoutes(): Route[] {
  return [...proceduresOf(appRouter)].map(([name, { _def: known }]) => {
    const meta: unknown = known.meta;
    if (!isMeta(meta)) throw new Error(`${name} declares no policy`);
    return routeOf(METHODS[known.type], `/api/trpc/${name}`, meta);
  });
}

/** By their full names, which tRPC keeps here and, typed by them, nowhere else. */
export function proceduresOf({ _def: known }: AnyTRPCRouter): Map<string, AnyTRPCProcedure> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is kept flat, whatever the type says
  return new Map(Object.entries(known.procedures as Record<string, AnyTRPCProcedure>));
}

/** tRPC forgets the type of what a procedure declares of itself. */
export function isMeta(meta: unknown): meta is ProcedureMeta {
  return typeof meta === 'object' && meta !== null && 'policy' in meta;
}

function routeOf(method: string, path: string, { limit, policy, throttle }: ProcedureMeta): Route {
  const counted = limit ?? throttle;
  return { method, path, policy, ...(counted === undefined ? {} : { limit: counted }) };
}

import type { AnyTRPCRouter } from '@trpc/server';
import { metaOf, type ProcedureMeta, proceduresOf, trpcPath, typeOf } from '../middleware/init.ts';
import { namespaceOf } from '../middleware/namespace.ts';
import type { Namespace } from './endpoint.ts';
import { documentPaths } from './openapi.ts';

/** A method and path of the API, with its access policy. */
export interface Route {
  method: string;
  path: string;
  policy: ProcedureMeta['policy'];
  /** The limit that calls count against, if any. */
  limit?: NonNullable<ProcedureMeta['limit'] | ProcedureMeta['throttle']>;
}

/** Returns every route of REST, in all namespaces, and of tRPC. */
export function routesOf(namespaces: readonly Namespace[], router: AnyTRPCRouter): Route[] {
  const rest = namespaces.flatMap(({ basePath, endpoints }) =>
    endpoints.map(({ method, operationId, path, procedure }) =>
      routeOf(method, basePath + path, metaOf(procedure, operationId)),
    ),
  );
  const documents = documentPaths(namespaces).map((path) => routeOf('GET', path, { policy: 'public' }));
  return [...rest, ...documents, ...trpcRoutes(router)];
}

/** Returns the declared path of every REST endpoint and tRPC procedure of deprecated namespaces. */
export function deprecatedPaths(namespaces: readonly Namespace[], router: AnyTRPCRouter): string[] {
  const deprecated = namespaces.filter((namespace) => namespace.deprecated !== undefined);
  const rest = deprecated.flatMap(({ basePath, endpoints }) => endpoints.map(({ path }) => basePath + path));
  const procedures = [...proceduresOf(router).keys()].filter((path) => namespaceOf(deprecated, path) !== undefined);
  return [...rest, ...procedures.map(trpcPath)];
}

const METHODS = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const;

function trpcRoutes(router: AnyTRPCRouter): Route[] {
  return [...proceduresOf(router)].map(([path, procedure]) =>
    routeOf(METHODS[typeOf(procedure)], trpcPath(path), metaOf(procedure, path)),
  );
}

function routeOf(method: string, path: string, { limit, policy, throttle }: ProcedureMeta): Route {
  const counted = limit ?? throttle;
  return { method, path, policy, ...(counted === undefined ? {} : { limit: counted }) };
}

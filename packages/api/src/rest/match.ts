import { ApiError } from '../errors/api-error.ts';
import type { Endpoint, Namespace } from './endpoint.ts';

/** The endpoints at a path, one for each method. */
export interface Match {
  namespace: Namespace;
  endpoints: readonly Endpoint[];
  params: Readonly<Record<string, string>>;
  /** The path under the namespace's base path. */
  path: string;
  /** The path as the endpoints declare it, with the namespace's base path. */
  declaredPath: string;
}

/** Finds namespaces and endpoints by path. */
export interface Matcher {
  /**
   * Returns the endpoints at a path, with or without a slash at its end. With one, a collection has no DELETE: a client
   * that has lost the id of the item that it deletes would delete all of them.
   */
  readonly match: (pathname: string) => Match | undefined;
  /** Returns the namespace with the longest base path that contains the path. */
  readonly namespaceAt: (pathname: string) => Namespace | undefined;
}

export function createMatcher(namespaces: readonly Namespace[]): Matcher {
  const routes = namespaces
    .toSorted((one, other) => other.basePath.length - one.basePath.length)
    .map((namespace) => ({ namespace, start: `${namespace.basePath}/`, paths: pathsOf(namespace.endpoints) }));
  const routesAt = (pathname: string) => routes.find(({ start }) => pathname.startsWith(start));

  return {
    match(pathname) {
      const route = routesAt(pathname);
      if (route === undefined) return undefined;
      const { namespace, paths } = route;
      const path = pathname.slice(namespace.basePath.length).replace(/\/$/, '');
      const values = path.split('/');
      for (const { declared, endpoints, steps } of paths) {
        const params = paramsOf(steps, values);
        if (params === undefined) continue;
        const lacksId = pathname.endsWith('/') && paths.some((other) => paramsOf(other.steps, [...values, 'id']));
        const found = lacksId ? endpoints.filter(({ method }) => method !== 'DELETE') : endpoints;
        return { namespace, endpoints: found, params, path, declaredPath: namespace.basePath + declared };
      }
      return undefined;
    },
    namespaceAt: (pathname) => routesAt(pathname)?.namespace,
  };
}

/** Returns the endpoint for the method; GET endpoints also answer HEAD. @throws {ApiError} `method_not_allowed` */
export function withMethod<T extends { method: string }>(method: string, endpoints: readonly T[]): T {
  const found = endpoints.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  throw new ApiError('method_not_allowed', `Method "${method}" not allowed.`, {
    headers: { Allow: allowedMethods(endpoints) },
  });
}

/** Returns the methods of the endpoints at a path as the value of an Allow header (RFC 9110, 10.2.1). */
export function allowedMethods(endpoints: readonly { method: string }[]): string {
  return endpoints.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}

/** One step of a path: a text, or a `{name}` that matches any text. */
interface Step {
  text: string;
  name: string | undefined;
}

interface DeclaredPath {
  declared: string;
  steps: readonly Step[];
  endpoints: readonly Endpoint[];
}

/**
 * Returns the declared paths. A fixed step matches before a parameter (OpenAPI 3.1, 4.8.8.2): `{` sorts behind the
 * characters of fixed steps.
 */
function pathsOf(endpoints: readonly Endpoint[]): DeclaredPath[] {
  return [...Map.groupBy(endpoints, ({ path }) => path)]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, atPath]) => ({
      declared: path,
      steps: path.split('/').map((text) => ({ text, name: /^\{(\w+)\}$/.exec(text)?.[1] })),
      endpoints: atPath,
    }));
}

function paramsOf(steps: readonly Step[], values: readonly string[]): Record<string, string> | undefined {
  if (steps.length !== values.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, { name, text }] of steps.entries()) {
    const value = values[index] ?? '';
    if (name === undefined ? text !== value : value === '') return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}

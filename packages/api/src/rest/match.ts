import type { Namespace } from './problem.ts';
import type { Endpoint } from './registry.ts';

/** Where a path leads: the endpoints on it, one a method. */
export interface Match {
  namespace: Namespace;
  endpoints: readonly Endpoint[];
  params: Readonly<Record<string, string>>;
  /** The same resource in v1. */
  v1Path: string;
}

const V1 = '/api/v1';
const LEGACY = '/api';

/** Finds endpoints by path, with or without a slash at its end, in v1 or, without `/v1`, in legacy. */
export function matchPath(pathname: string, endpoints: readonly Endpoint[]): Match | undefined {
  const namespace = pathname.startsWith(`${V1}/`) ? 'v1' : 'legacy';
  const base = namespace === 'v1' ? V1 : LEGACY;
  if (!pathname.startsWith(`${base}/`)) return undefined;
  const path = pathname.slice(base.length).replace(/\/$/, '');
  const found = endpoints.flatMap((endpoint) => {
    const params = paramsOf(endpoint.path, path);
    return params === undefined ? [] : [{ endpoint, params }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  return { namespace, endpoints: found.map(({ endpoint }) => endpoint), params: first.params, v1Path: V1 + path };
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split('/');
  const actual = path.split('/');
  if (expected.length !== actual.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, step] of expected.entries()) {
    const value = actual[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(step)?.[1];
    if (name === undefined ? step !== value : value === '') return undefined;
    if (name !== undefined) params[name] = value;
  }
  return params;
}

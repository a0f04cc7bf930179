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
export function createMatcher(endpoints: readonly Endpoint[]): (pathname: string) => Match | undefined {
  const places = [...Map.groupBy(endpoints, ({ path }) => path)].map(([path, here]) => ({
    steps: path.split('/').map((text) => ({ text, name: /^\{(\w+)\}$/.exec(text)?.[1] })),
    endpoints: here,
  }));

  return (pathname) => {
    const namespace = pathname.startsWith(`${V1}/`) ? 'v1' : 'legacy';
    const base = namespace === 'v1' ? V1 : LEGACY;
    if (!pathname.startsWith(`${base}/`)) return undefined;
    const path = pathname.slice(base.length).replace(/\/$/, '');
    const values = path.split('/');
    for (const { endpoints: here, steps } of places) {
      const params = paramsOf(steps, values);
      if (params !== undefined) return { namespace, endpoints: here, params, v1Path: V1 + path };
    }
    return undefined;
  };
}

/** One step of a path: a text, or a `{name}` that stands for any. */
interface Step {
  text: string;
  name: string | undefined;
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

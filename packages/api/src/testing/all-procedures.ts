import type { AnyTRPCProcedure } from '@trpc/server';
import type { Api } from '../api.ts';
import { isMeta, type ProcedureMeta, proceduresOf } from '../middleware/init.ts';
import { NAMESPACES } from '../namespaces.ts';
import type { Endpoint } from '../rest/endpoint.ts';
import { createRouters } from '../trpc/router.ts';

const ORIGIN = 'http://localhost:3000';

export type NamespaceName = (typeof NAMESPACES)[number]['name'];

/** The input of a procedure. */
export type Sample = FormData | object | undefined;

/** One procedure in one namespace over one transport. */
export interface ProcedureRoute {
  /** Path without the namespace, such as `auth.me`. */
  procedure: string;
  namespace: NamespaceName;
  over: 'tRPC' | 'REST';
  policy: ProcedureMeta['policy'] | undefined;
  /** Whether its calls or attempts are counted. */
  isCounted: boolean;
  /** Status of a response that is no error. */
  success: number;
  call(api: Api, sample: Sample, headers: Record<string, string>): Promise<Response>;
}

const routers = createRouters(NAMESPACES);

export const { appRouter } = routers;

const overTrpc = [...proceduresOf(appRouter)];
const callable = [...proceduresOf(routers.callerRouter)];

/** Every procedure with its path. Some can be called over REST or by server components only. */
export const procedures: readonly [path: string, procedure: AnyTRPCProcedure][] = [
  ...new Map([...overTrpc, ...callable]),
];

/** Returns the policy of a procedure; undefined if it declares none, which is an error. */
export function policyOf({ meta }: { meta?: unknown }): ProcedureMeta['policy'] | undefined {
  return isMeta(meta) ? meta.policy : undefined;
}

function isCounted({ meta }: { meta?: unknown }): boolean {
  return isMeta(meta) && (meta.limit ?? meta.throttle) !== undefined;
}

const trpcRoutes = overTrpc.map(([path, { _def }]): ProcedureRoute => {
  const [namespace, procedure] = split(path);
  return {
    procedure,
    namespace,
    over: 'tRPC',
    policy: policyOf(_def),
    isCounted: isCounted(_def),
    success: 200,
    call: (api, sample, headers) => api.trpc(trpcRequest(path, _def.type === 'mutation', sample, headers)),
  };
});

const restRoutes = NAMESPACES.flatMap(({ basePath, endpoints, name }) =>
  endpoints.map((endpoint): ProcedureRoute => {
    const [path = ''] = callable.find(([, procedure]) => procedure === endpoint.procedure) ?? [];
    return {
      procedure: split(path)[1],
      namespace: name,
      over: 'REST',
      policy: policyOf(endpoint.procedure),
      isCounted: isCounted(endpoint.procedure),
      success: Math.min(...Object.keys(endpoint.responses).map(Number)),
      call: (api, sample, headers) => api.rest(restRequest(endpoint, basePath, sample, headers)),
    };
  }),
);

/** Every procedure over tRPC and every REST endpoint, in all namespaces. */
export const allProcedures: readonly ProcedureRoute[] = [...trpcRoutes, ...restRoutes];

function split(path: string): [NamespaceName, string] {
  const [namespace, ...rest] = path.split('.');
  return [namespace === 'legacy' ? 'legacy' : 'v1', rest.join('.')];
}

function trpcRequest(path: string, isMutation: boolean, sample: Sample, headers: Record<string, string>): Request {
  const url = `${ORIGIN}/api/trpc/${path}`;
  if (isMutation) return post(url, sample, headers);
  const input = sample === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(sample))}`;
  return new Request(url + input, { headers });
}

function restRequest(
  { method, path, request }: Endpoint,
  basePath: string,
  sample: Sample,
  headers: Record<string, string>,
): Request {
  const values = new Map<string, unknown>(Object.entries(sample ?? {}));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(values.get(name)));
  const url = ORIGIN + basePath + filled;
  if (sample instanceof FormData) return new Request(url, { method, body: sample, headers });
  if (request?.json === undefined) return new Request(url, { method, headers });
  const fields = Object.keys(request.json.shape).filter((name) => values.has(name));
  const body = JSON.stringify(Object.fromEntries(fields.map((name) => [name, values.get(name)])));
  return new Request(url, { method, body, headers: { 'Content-Type': 'application/json', ...headers } });
}

function post(url: string, sample: Sample, headers: Record<string, string>): Request {
  if (sample instanceof FormData) return new Request(url, { method: 'POST', body: sample, headers });
  const body = sample === undefined ? null : JSON.stringify(sample);
  return new Request(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });
}

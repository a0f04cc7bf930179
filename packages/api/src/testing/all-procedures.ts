import type { AnyTRPCProcedure } from '@trpc/server';
import type { Api } from '../api.ts';
import type { ProcedureMeta } from '../middleware/init.ts';
import { endpoints } from '../rest/endpoints.ts';
import type { Namespace } from '../rest/problem.ts';
import type { Endpoint } from '../rest/registry.ts';
import { isMeta, proceduresOf } from '../rest/routes.ts';
import { appRouter, callerRouter } from '../trpc/router.ts';

const ORIGIN = 'http://localhost:3000';

/** What a procedure is sent. */
export type Sample = FormData | object | undefined;

/** One way by which one procedure can be called. */
export interface ProcedureRoute {
  /** Without its namespace, such as `auth.me`. */
  procedure: string;
  namespace: Namespace;
  over: 'tRPC' | 'REST';
  policy: ProcedureMeta['policy'] | undefined;
  /** Its calls, or its tries, are counted. */
  isCounted: boolean;
  /** Status of an answer that is no error. */
  success: number;
  call(api: Api, sample: Sample, headers: Record<string, string>): Promise<Response>;
}

const overTrpc = [...proceduresOf(appRouter)];
const called = [...proceduresOf(callerRouter)];

/** Every procedure, by its path; some can be called over REST or by server components only. */
export const procedures: readonly [path: string, procedure: AnyTRPCProcedure][] = [
  ...new Map([...overTrpc, ...called]),
];

/** Who may call it: undefined where nothing is declared, which is a fault. */
export function policyOf({ meta }: { meta?: unknown }): ProcedureMeta['policy'] | undefined {
  return isMeta(meta) ? meta.policy : undefined;
}

function isCounted({ meta }: { meta?: unknown }): boolean {
  return isMeta(meta) && (meta.limit ?? meta.throttle) !== undefined;
}

const served = overTrpc.map(([path, { _def }]): ProcedureRoute => {
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

const offered = endpoints.flatMap((endpoint) => {
  const [path = ''] = called.find(([, procedure]) => procedure === endpoint.procedure) ?? [];
  const [, procedure] = split(path);
  return (['v1', 'legacy'] as const).map(
    (namespace): ProcedureRoute => ({
      procedure,
      namespace,
      over: 'REST',
      policy: policyOf(endpoint.procedure),
      isCounted: isCounted(endpoint.procedure),
      success: Math.min(...Object.keys(endpoint.responses).map(Number)),
      call: (api, sample, headers) => api.rest(restRequest(endpoint, namespace, sample, headers)),
    }),
  );
});

/** Every procedure and every endpoint, in both namespaces. */
export const allProcedures: readonly ProcedureRoute[] = [...served, ...offered];

function split(path: string): [Namespace, string] {
  const [namespace, ...rest] = path.split('.');
  return [namespace === 'legacy' ? 'legacy' : 'v1', rest.join('.')];
}

function trpcRequest(path: string, isMutation: boolean, sample: Sample, headers: Record<string, string>): Request {
  const url = `${ORIGIN}/api/trpc/${path}`;
  if (isMutation) return posted(url, sample, headers);
  const input = sample === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(sample))}`;
  return new Request(url + input, { headers });
}

function restRequest(
  { method, path }: Endpoint,
  namespace: Namespace,
  sample: Sample,
  headers: Record<string, string>,
): Request {
  const values = new Map<string, unknown>(Object.entries(sample ?? {}));
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(values.get(name)));
  const url = `${ORIGIN}/api${namespace === 'v1' ? '/v1' : ''}${filled}`;
  return method === 'POST' ? posted(url, sample, headers) : new Request(url, { headers });
}

function posted(url: string, sample: Sample, headers: Record<string, string>): Request {
  if (sample instanceof FormData) return new Request(url, { method: 'POST', body: sample, headers });
  const body = sample === undefined ? null : JSON.stringify(sample);
  return new Request(url, { method: 'POST', body, headers: { 'Content-Type': 'application/json', ...headers } });
}

import type { AnyTRPCProcedure, TRPCRouterRecord } from '@trpc/server';
import type { NamespaceRules } from '../middleware/namespace.ts';
import type { Endpoint, TypedEndpoint } from './endpoint.ts';

/** Endpoints by area and by the name of their procedure: `auth.me` for `v1.auth.me`. */
type EndpointsByName = Readonly<Record<string, Readonly<Record<string, TypedEndpoint<AnyTRPCProcedure>>>>>;
type ProceduresByName = Readonly<Record<string, TRPCRouterRecord>>;

/** What a namespace offers. */
interface NamespaceContents<
  Both extends EndpointsByName,
  RestOnly extends EndpointsByName,
  TrpcOnly extends ProceduresByName,
> {
  /** Offered over REST and tRPC. */
  endpoints: Both;
  /** Endpoints whose output cannot cross tRPC's JSON. Server components can call their procedures, too. */
  restOnly: RestOnly;
  /** Procedures without an endpoint. */
  trpcOnly: TrpcOnly;
}

type ProceduresOf<E extends EndpointsByName> = {
  [Area in keyof E]: { [Name in keyof E[Area]]: E[Area][Name]['procedure'] };
};
type AreaOf<P, Area> = Area extends keyof P ? P[Area] : unknown;
type Flat<T> = { [Name in keyof T]: T[Name] };
type Merged<A, B> = { [Area in keyof A | keyof B]: Flat<AreaOf<A, Area> & AreaOf<B, Area>> };

/** Creates a namespace: the REST endpoints, and the records of procedures that become its tRPC routers. */
export function createNamespace<
  const Rules extends NamespaceRules,
  Both extends EndpointsByName,
  RestOnly extends EndpointsByName,
  TrpcOnly extends ProceduresByName,
>(rules: Rules, { endpoints, restOnly, trpcOnly }: NamespaceContents<Both, RestOnly, TrpcOnly>) {
  const procedures = merged(proceduresOf(endpoints), trpcOnly);
  const callerProcedures = merged(procedures, proceduresOf(restOnly));
  const areas = new Set([...Object.keys(endpoints), ...Object.keys(restOnly)]);
  /* oxlint-disable typescript/no-unsafe-type-assertion -- fromEntries does not keep which name has which procedure */
  return {
    ...rules,
    procedures: procedures as Merged<ProceduresOf<Both>, TrpcOnly>,
    callerProcedures: callerProcedures as Merged<Merged<ProceduresOf<Both>, TrpcOnly>, ProceduresOf<RestOnly>>,
    endpoints: [...areas].flatMap((area): Endpoint[] => [
      ...Object.values(endpoints[area] ?? {}),
      ...Object.values(restOnly[area] ?? {}),
    ]),
  };
  /* oxlint-enable typescript/no-unsafe-type-assertion */
}

function proceduresOf(endpoints: EndpointsByName): ProceduresByName {
  const areas = Object.entries(endpoints).map(([area, byName]) => {
    const procedures = Object.entries(byName).map(([name, { procedure }]) => [name, procedure] as const);
    return [area, Object.fromEntries(procedures)] as const;
  });
  return Object.fromEntries(areas);
}

function merged(some: ProceduresByName, others: ProceduresByName): ProceduresByName {
  const areas = new Set([...Object.keys(some), ...Object.keys(others)]);
  return Object.fromEntries([...areas].map((area) => [area, { ...some[area], ...others[area] }]));
}

import { t } from '../middleware/init.ts';
import type { Namespace } from '../rest/endpoint.ts';

type RecordKey = 'procedures' | 'callerProcedures';
type RecordsOf<N extends readonly Namespace[], K extends RecordKey> = { [X in N[number] as X['name']]: X[K] };

/** Builds the routers of all namespaces, each under its name. */
export function createRouters<const N extends readonly Namespace[]>(namespaces: N) {
  /** Also has procedures whose output cannot cross tRPC's JSON; for REST and server components. */
  const callerRouter = t.router(recordsOf(namespaces, 'callerProcedures'));
  return {
    /** The router that tRPC serves. */
    appRouter: t.router(recordsOf(namespaces, 'procedures')),
    callerRouter,
    createCaller: t.createCallerFactory(callerRouter),
  };
}

function recordsOf<N extends readonly Namespace[], K extends RecordKey>(namespaces: N, key: K): RecordsOf<N, K> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries does not keep which name has which record
  return Object.fromEntries(namespaces.map((namespace) => [namespace.name, namespace[key]])) as RecordsOf<N, K>;
}

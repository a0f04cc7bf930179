import type { AnyTRPCProcedure } from '@trpc/server';
import type { Endpoint } from './endpoint.ts';

/** A procedure with the REST endpoint that calls it. One file defines both. */
interface Operation {
  procedure: AnyTRPCProcedure;
  endpoint: Endpoint;
}

/** Splits operations, by the names of their procedures, into the record for tRPC and the list for REST. */
export function splitOperations<const O extends Readonly<Record<string, Operation>>>(
  operations: O,
): { procedures: { [Name in keyof O]: O[Name]['procedure'] }; endpoints: readonly Endpoint[] } {
  const entries = Object.entries(operations);
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries does not keep which name has which procedure
    procedures: Object.fromEntries(entries.map(([name, { procedure }]) => [name, procedure])) as {
      [Name in keyof O]: O[Name]['procedure'];
    },
    endpoints: entries.map(([, { endpoint }]) => endpoint),
  };
}

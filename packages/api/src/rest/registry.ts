import type { ZodObject, ZodType } from 'zod';
import type { Caller } from '../router.ts';
import type { ProcedureMeta } from '../trpc.ts';
import type { PendingUpload } from '../upload/pending-upload.ts';

/** What an endpoint is handed, all of it still unchecked: the procedure validates. */
interface Call {
  /** Of the namespace that was called. */
  procedures: Caller;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  upload: PendingUpload;
}

export type Answer =
  | { status: number; json: object }
  | { status: number; bytes: Uint8Array; headers: Record<string, string> };

/** One operation of REST. */
export interface Endpoint {
  operationId: string;
  summary: string;
  method: 'GET' | 'POST';
  /** Under `/api/v1`, with `{names}` of its parameters. */
  path: string;
  /** The procedure that `call` calls; who may call it, and how often, is read from its meta. */
  procedure: { meta: ProcedureMeta };
  /** For the document: what may be sent. */
  request?: { params?: ZodObject; query?: ZodObject; multipart?: ZodObject };
  /** For the document: what a call answers when it is no error. */
  responses: Readonly<
    Record<number, { description: string; json: ZodType } | { description: string; mediaType: string }>
  >;
  call(call: Call): Promise<Answer>;
}

export function defineEndpoint(endpoint: Endpoint): Endpoint {
  return endpoint;
}

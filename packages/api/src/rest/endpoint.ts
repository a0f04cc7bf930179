import type { UploadLimits } from '@plantcommunity/http';
import type { AnyTRPCProcedure, inferProcedureInput, inferProcedureOutput, TRPCRouterRecord } from '@trpc/server';
import type { ZodObject, ZodType } from 'zod';
import type { ApiErrorCode } from '../errors/api-error.ts';
import type { ProcedureMeta } from '../middleware/init.ts';
import type { NamespaceRules } from '../middleware/namespace.ts';
import type { PendingUpload } from '../middleware/pending-upload.ts';
import type { DocumentedHeaders } from './openapi-headers.ts';
import type { ByteStream } from './stream-body.ts';

/** The parts of a REST request. Only a JSON body is validated here; the procedure validates its whole input. */
interface RestRequest {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  upload: PendingUpload;
  /** Reads the body, once. @throws {ApiError} `invalid_request` unless it is JSON of this shape */
  json: <T>(shape: ZodType<T>) => Promise<T>;
}

export type RestResponse =
  /** `location`: path of what was created, under the namespace's base path. */
  | { status: number; json: object; location?: string }
  | { status: number; bytes: Uint8Array; headers: Record<string, string> }
  /** A body of any length: see `streamBody`. */
  | { status: number; stream: ByteStream; headers: Record<string, string> }
  | { status: 204 };

/**
 * A documented response. It has no body if it has neither a JSON shape nor a media type. The example of a JSON body is
 * `example`, or that of the shape's meta. `headers` are those of this response alone; every response has the request id, and a counted call the rate limit.
 */
interface DocumentedResponse {
  description: string;
  json?: ZodType;
  example?: object;
  mediaType?: string;
  headers?: DocumentedHeaders;
}

/** A body of type multipart/form-data; `encoding` says how each field is sent (OpenAPI 3.1, 4.8.15). */
export interface MultipartBody {
  schema: ZodObject;
  example: object;
  encoding: Readonly<Record<string, { contentType: string } | { style: 'form'; explode: boolean }>>;
}

interface EndpointDocumentation {
  operationId: string;
  summary: string;
  /** What a caller must know beyond the summary. */
  description: string;
  tag: 'Plant identification' | 'Accounts';
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path under the namespace's base path, with `{names}` of its parameters. */
  path: string;
  /** Documentation of what can be sent. The meta of each parameter holds an example. */
  request?: {
    params?: ZodObject;
    query?: ZodObject;
    headers?: ZodObject;
    multipart?: (limits: UploadLimits) => MultipartBody;
    json?: ZodObject;
  };
  /** Documentation of responses without errors. */
  responses: Readonly<Record<number, DocumentedResponse>>;
  /** Documentation of errors that do not follow from the policy, the limit and the request. */
  errors?: readonly ApiErrorCode[];
}

interface EndpointOf<Input, Output, P> extends EndpointDocumentation {
  /** The procedure that answers. Its meta declares the policy and the limit. */
  procedure: P;
  /** Returns the input of the procedure. */
  input(request: RestRequest): Input | Promise<Input>;
  /** Returns the response for the output of the procedure. */
  respond(output: Output): RestResponse;
}

type AnyProcedure = AnyTRPCProcedure & { meta: ProcedureMeta };

/** One method at one path of REST, and the procedure that answers it. */
export type Endpoint = EndpointOf<unknown, unknown, AnyProcedure>;

/** An endpoint that keeps the type of its procedure, from which tRPC clients know inputs and outputs. */
export interface TypedEndpoint<P extends AnyProcedure> extends Omit<Endpoint, 'procedure'> {
  procedure: P;
}

/** Defines an endpoint together with its procedure, and checks that input and response fit the procedure. */
export function defineEndpoint<P extends AnyProcedure>(
  endpoint: EndpointOf<inferProcedureInput<P>, inferProcedureOutput<P>, P>,
): TypedEndpoint<P> {
  return endpoint;
}

/** A version of the API: its rules, its procedures and its REST endpoints. */
export interface Namespace extends NamespaceRules {
  /** Procedures served over tRPC. */
  procedures: TRPCRouterRecord;
  /** Procedures called by REST and by server components: also those whose output cannot cross tRPC's JSON. */
  callerProcedures: TRPCRouterRecord;
  endpoints: readonly Endpoint[];
}

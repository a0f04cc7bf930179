import type { UploadLimits } from '@plantcommunity/http';
import type { ZodObject, ZodType } from 'zod';
import type { ProcedureMeta } from '../middleware/init.ts';
import type { PendingUpload } from '../middleware/pending-upload.ts';
import type { Caller } from '../trpc/router.ts';

/** What an endpoint is handed. Apart from a JSON body, all of it is still unchecked: the procedure validates. */
interface Call {
  /** Of the namespace that was called. */
  procedures: Caller;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  upload: PendingUpload;
  /** Reads the body, once. @throws {ApiError} `invalid_request` for what is not JSON of this shape */
  json: <T>(shape: ZodType<T>) => Promise<T>;
}

export type RestResponse =
  | { status: number; json: object }
  | { status: number; bytes: Uint8Array; headers: Record<string, string> }
  | { status: 204 };

/** One with neither shape nor media type has no body. */
interface DocumentedResponse {
  description: string;
  json?: ZodType;
  mediaType?: string;
}

/** A body of type multipart/form-data; `encoding` says how each field travels (OpenAPI 3.1, 4.8.15). */
export interface MultipartBody {
  schema: ZodObject;
  encoding: Readonly<Record<string, { contentType: string } | { style: 'form'; explode: boolean }>>;
}

/** One operation of REST. */
export interface Endpoint {
  operationId: string;
  summary: string;
  tag: 'Plant identification' | 'Accounts';
  method: 'GET' | 'POST';
  /** Under `/api/v1`, with `{names}` of its parameters. */
  path: string;
  /** The procedure that `call` calls; who may call it, and how often, is read from its meta. */
  procedure: { meta: ProcedureMeta };
  /** For the document: what may be sent. */
  request?: {
    params?: ZodObject;
    query?: ZodObject;
    multipart?: (limits: UploadLimits) => MultipartBody;
    json?: ZodObject;
  };
  /** For the document: what a call answers when it is no error. */
  responses: Readonly<Record<number, DocumentedResponse>>;
  /** For the document: errors that do not follow from the policy, the limit and what is sent. */
  errors?: readonly (401 | 409)[];
  call(call: Call): Promise<RestResponse>;
}

export function defineEndpoint(endpoint: Endpoint): Endpoint {
  return endpoint;
}

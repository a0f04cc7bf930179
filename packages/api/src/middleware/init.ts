import type { ApiKeyScope } from '@plantcommunity/auth';
import { currentRequestId } from '@plantcommunity/telemetry';
import { type AnyTRPCProcedure, type AnyTRPCRouter, initTRPC, type TRPCProcedureType } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
// oxlint-disable-next-line import/no-empty-named-blocks, unicorn/require-module-specifiers -- declarations of our routers name types that only this entry point exports
import type {} from '@trpc/server/unstable-core-do-not-import';
import type { ApiErrorCode, ApiErrorStatus, FieldError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import type { Context } from './context.ts';
import { procedureGone } from './deprecation.ts';
import { namespaceOf } from './namespace.ts';
import type { UploadFields } from './pending-upload.ts';

/** Access, limits and upload of a procedure, declared once for every transport. */
export interface ProcedureMeta {
  /** `identify` admits signed-in users and, in development, anonymous callers. */
  policy: 'public' | 'identify' | 'user' | 'admin';
  /** The scope with which an API key may call it; without one, no API key may. */
  scope?: ApiKeyScope;
  limit?: 'identify';
  /** A limit that the procedure itself applies, by its input and the client's address. */
  throttle?: 'sign_in' | 'register' | 'refresh' | 'health';
  /** The fields of its upload, whose beginning is read while the limit is checked. */
  upload?: UploadFields;
}

/** `data` of a tRPC error. tRPC reads the status of the response from `httpStatus`. */
export interface ErrorData {
  code: ApiErrorCode;
  status: ApiErrorStatus;
  httpStatus: ApiErrorStatus;
  detail: string;
  requestId: string | undefined;
  /** Whole seconds. */
  retryAfter?: number;
  errors?: readonly FieldError[];
}

/** JSON-RPC codes by status. tRPC clients retry a subscription only after a code of 5xx. */
const RPC_CODES = {
  400: TRPC_ERROR_CODES_BY_KEY.BAD_REQUEST,
  401: TRPC_ERROR_CODES_BY_KEY.UNAUTHORIZED,
  403: TRPC_ERROR_CODES_BY_KEY.FORBIDDEN,
  404: TRPC_ERROR_CODES_BY_KEY.NOT_FOUND,
  405: TRPC_ERROR_CODES_BY_KEY.METHOD_NOT_SUPPORTED,
  408: TRPC_ERROR_CODES_BY_KEY.TIMEOUT,
  409: TRPC_ERROR_CODES_BY_KEY.CONFLICT,
  410: TRPC_ERROR_CODES_BY_KEY.NOT_FOUND,
  413: TRPC_ERROR_CODES_BY_KEY.PAYLOAD_TOO_LARGE,
  415: TRPC_ERROR_CODES_BY_KEY.UNSUPPORTED_MEDIA_TYPE,
  422: TRPC_ERROR_CODES_BY_KEY.UNPROCESSABLE_CONTENT,
  429: TRPC_ERROR_CODES_BY_KEY.TOO_MANY_REQUESTS,
  500: TRPC_ERROR_CODES_BY_KEY.INTERNAL_SERVER_ERROR,
  503: TRPC_ERROR_CODES_BY_KEY.SERVICE_UNAVAILABLE,
} as const satisfies Record<ApiErrorStatus, number>;

export const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    // Stacks belong in the log, in development too; the formatter below adds none either.
    isDev: false,
    errorFormatter({ ctx, error, path }) {
      // From the sunset on, calls that tRPC itself refuses, such as those with a wrong method, are gone, too.
      const apiError = (ctx && procedureGone(ctx.services, path)) ?? toApiError(error);
      const { code, errors, retryAfter, status } = apiError;
      const presenter = ctx && namespaceOf(ctx.services.namespaces, path)?.presenter.error;
      const detail = presenter?.detail(apiError) ?? apiError.detail;
      const data: ErrorData = {
        code,
        status,
        httpStatus: status,
        detail,
        requestId: ctx?.request.requestId ?? currentRequestId(),
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(errors === undefined ? {} : { errors }),
      };
      return { message: detail, code: RPC_CODES[status], data };
    },
    sse: {
      ping: { enabled: true, intervalMs: 10_000 },
      maxDurationMs: 3 * 60_000,
      client: { reconnectAfterInactivityMs: 30_000 },
    },
  });

/** Path under which tRPC is served. */
export const TRPC_ENDPOINT = '/api/trpc';

/** Returns the path at which tRPC serves a procedure. */
export function trpcPath(procedurePath: string): string {
  return `${TRPC_ENDPOINT}/${procedurePath}`;
}

/** Returns the procedures of a router by their full paths, which tRPC's own types do not give. */
export function proceduresOf({ _def: definition }: AnyTRPCRouter): Map<string, AnyTRPCProcedure> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the record is flat, unlike its type
  return new Map(Object.entries(definition.procedures as Record<string, AnyTRPCProcedure>));
}

/** Returns the meta of a procedure, whose type tRPC does not keep. @throws {Error} when the procedure has none */
export function metaOf({ _def: { meta } }: AnyTRPCProcedure, path: string): ProcedureMeta {
  if (isMeta(meta)) return meta;
  throw new Error(`${path} declares no policy`);
}

/** Returns whether a procedure is a query, a mutation or a subscription. */
export function typeOf({ _def: { type } }: AnyTRPCProcedure): TRPCProcedureType {
  return type;
}

export function isMeta(meta: unknown): meta is ProcedureMeta {
  return typeof meta === 'object' && meta !== null && 'policy' in meta;
}

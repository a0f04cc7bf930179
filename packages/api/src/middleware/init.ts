import { currentRequestId } from '@plantcommunity/telemetry';
import { initTRPC } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { type ApiErrorCode, type ApiErrorStatus, detailWithFields, type FieldError } from '../errors/api-error.ts';
import { toApiError } from '../errors/to-api-error.ts';
import type { Context } from '../services.ts';

/** Who may call a procedure, and what it counts against: said once, here, for every transport. */
export interface ProcedureMeta {
  /** `identify`: signed in, or anybody in development. */
  policy: 'public' | 'identify' | 'user' | 'admin';
  limit?: 'identify';
  /** Whose tries are counted by the procedure itself, by what it is sent and from where. */
  throttle?: 'sign_in' | 'register' | 'refresh' | 'health';
}

/** `data` of an error; `httpStatus` is where tRPC itself looks for the status of the response. */
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

/** Clients read from the number whether to try a subscription again: only after 5xx. */
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
      const known = toApiError(error);
      const { code, errors, retryAfter, status } = known;
      const detail = path?.startsWith('legacy.') ? detailWithFields(known) : known.detail;
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

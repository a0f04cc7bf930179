import { TRPCClientError } from '@trpc/client';

/** Problem body of the API (RFC 9457), as tRPC carries it. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId?: string;
  /** Seconds until the next possible try. */
  retryAfter?: number;
  /** Errors of single fields; `pointer` is a JSON pointer fragment such as `#/email`. */
  errors?: readonly { detail: string; pointer: string }[];
}

/** Returns the problem in an error; undefined when the error is no answer of the API. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  return isProblem(data) ? data : undefined;
}

/** Returns whether data has the status and code of a problem, which a proxy's error lacks. */
function isProblem(data: unknown): data is Problem {
  return (
    typeof data === 'object' &&
    data !== null &&
    'status' in data &&
    typeof data.status === 'number' &&
    'code' in data &&
    typeof data.code === 'string' &&
    'detail' in data &&
    typeof data.detail === 'string'
  );
}

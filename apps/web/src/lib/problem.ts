import { TRPCClientError } from '@trpc/client';

/** A refusal of the API's, as the wire has it. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId?: string;
  /** Whole seconds. */
  retryAfter?: number;
  /** What is wrong with single fields; `pointer` is a JSON pointer fragment such as `#/email`. */
  errors?: readonly { detail: string; pointer: string }[];
}

/** Undefined for what is no answer of the API's at all. */
export function problemOf(error: unknown): Problem | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  return isProblem(data) ? data : undefined;
}

/** Only the API itself sends what says its status and code. */
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

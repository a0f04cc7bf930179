import type { ErrorData } from '@plantcommunity/api';
import { TRPCClientError } from '@trpc/client';

/** Returns what the API says about an error; undefined when the error is no answer of the API. */
export function problemOf(error: unknown): ErrorData | undefined {
  if (!(error instanceof TRPCClientError)) return undefined;
  const data: unknown = error.data;
  return isErrorData(data) ? data : undefined;
}

/** Whether data of an error come from the API; an error of a proxy has no status and code. */
function isErrorData(data: unknown): data is ErrorData {
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

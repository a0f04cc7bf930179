import { ApiError } from './api-error.ts';

interface Answered<T> {
  data: T;
  response: Response;
}

/** What a call of `openapi-fetch` resolves to. */
type Result<T> = Answered<T> | { data?: never; error: unknown; response: Response };

/** Returns the data of a call. @throws {ApiError} if the API answered with an error */
export function dataOf<T>(result: Result<T>): T {
  if (isAnswered(result)) return result.data;
  throw new ApiError(result.response, result.error);
}

function isAnswered<T>(result: Result<T>): result is Answered<T> {
  return result.response.ok;
}

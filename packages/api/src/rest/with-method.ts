import { ApiError } from '../errors/api-error.ts';

/** The one of these that takes the method; what answers GET answers HEAD. @throws {ApiError} 405 */
export function withMethod<T extends { method: string }>(method: string, here: readonly T[]): T {
  const found = here.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  const allowed = here.flatMap((candidate) => (candidate.method === 'GET' ? ['GET', 'HEAD'] : [candidate.method]));
  throw new ApiError('method_not_allowed', `Method "${method}" not allowed.`, {
    headers: { Allow: allowed.join(', ') },
  });
}

import type { ApiConfig } from '../config.ts';
import { ApiError } from '../errors/api-error.ts';
import { hostOf, isAllowedHost } from './host.ts';
import { changesState, hasBearer, senderOf } from './origin.ts';

type Doors = Pick<ApiConfig, 'appUrl' | 'allowedHosts' | 'trustedOrigins'>;

/** Why a request must not come in, if so. */
export function refusal(request: Request, doors: Doors): ApiError | undefined {
  if (!isAllowedHost(hostOf(request), doors.allowedHosts)) {
    return new ApiError('unknown_host', 'This host is not served here.');
  }
  if (changesState(request) && !hasBearer(request.headers) && sender(request, doors) === 'foreign') {
    return new ApiError('foreign_origin', 'This request came from a page of another site.');
  }
  return undefined;
}

/** The headers by which a caller may be known: without the cookies where those prove nothing. */
export function credentials(request: Request, doors: Doors): Headers {
  // The usual caller of the API: there is nothing to leave out.
  if (!request.headers.has('cookie')) return request.headers;
  const headers = new Headers(request.headers);
  if (hasBearer(headers) || (changesState(request) && sender(request, doors) !== 'own')) headers.delete('cookie');
  return headers;
}

function sender(request: Request, doors: Doors) {
  return senderOf(request, doors.appUrl, doors.trustedOrigins);
}

import { ApiError } from '../errors/api-error.ts';

/**
 * next-auth fails on a request whose `callbackUrl` it cannot lead to: neither http(s) nor a path.
 * @throws {ApiError} `invalid_request`
 */
export function requireCallbackUrl({ url }: Request, appUrl: URL): void {
  // It goes by the last of several, and takes an empty one for none.
  const wanted = new URL(url).searchParams.getAll('callbackUrl').at(-1);
  if (!wanted) return;
  const address = URL.parse(wanted, wanted.startsWith('/') ? appUrl.origin : undefined);
  if (address === null || !/^https?:$/.test(address.protocol)) {
    throw new ApiError('invalid_request', 'The callbackUrl is no address of a page.');
  }
}

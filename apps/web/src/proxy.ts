import { REFERENCE_IMAGE_HOSTS } from '@plantcommunity/identification';
import { type NextRequest, NextResponse } from 'next/server';
import { container } from './server/container.ts';
import { pagePolicy } from './server/response-headers.ts';

/**
 * Runs for pages only: refuses state changes by pages of other sites, and gives each page its Content-Security-Policy.
 * Access is not decided here; every page and procedure checks it itself.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const { api, settings } = await container();
  const refusal = api.guard(request);
  if (refusal !== undefined) return refusal;
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64');
  const https = settings.appUrl.protocol === 'https:';
  const { pathname: path } = request.nextUrl;
  const policy = pagePolicy({ nonce, https, imageHosts: REFERENCE_IMAGE_HOSTS, path });
  const headers = new Headers(request.headers);
  // Next takes the nonce for its own scripts from this request header.
  headers.set('Content-Security-Policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', policy);
  return response;
}

// Not for /api: the proxy would buffer bodies and cut them at 10 MB; route handlers run the same check.
export const config = { matcher: ['/((?!api/|_next/static/|_next/image).*)'] };

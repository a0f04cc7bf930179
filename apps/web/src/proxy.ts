import { type NextRequest, NextResponse } from 'next/server';
import { container } from './server/container.ts';
import { pageHeaders } from './server/page-headers.ts';

/**
 * Pages only: refuses foreign hosts and gives each page its security headers. It decides nothing about who may see
 * what; every page and procedure does that itself.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const { api, settings } = await container();
  const refusal = api.guard(request);
  if (refusal !== undefined) return refusal;
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64');
  const own = pageHeaders({
    nonce,
    https: settings.appUrl.protocol === 'https:',
    development: settings.mode === 'development',
  });
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  // Next reads the nonce for its own scripts out of this request header.
  headers.set('Content-Security-Policy', own['Content-Security-Policy']);
  const response = NextResponse.next({ request: { headers } });
  for (const [name, value] of Object.entries(own)) response.headers.set(name, value);
  return response;
}

// Not /api: the proxy would buffer bodies and cut them at 10 MB; route handlers call the same guard.
export const config = { matcher: ['/((?!api/|_next/static/|_next/image).*)'] };

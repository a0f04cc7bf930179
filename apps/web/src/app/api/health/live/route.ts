import { probeHeaders } from '@/server/response-headers.ts';

/** Liveness probe: 200 while the process handles requests. */
export function GET(request: Request): Response {
  return Response.json({ status: 'live' }, { headers: probeHeaders(request) });
}

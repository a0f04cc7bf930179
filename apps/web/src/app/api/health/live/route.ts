import { probeHeaders } from '@/server/response-headers.ts';

/** 200 once requests are served. */
export function GET(request: Request): Response {
  return Response.json({ status: 'live' }, { headers: probeHeaders(request) });
}

import { container } from '@/server/container.ts';
import { probeHeaders } from '@/server/response-headers.ts';

/** Readiness probe: 200 while the database answers, which every new identification needs. Logs nothing itself. */
export async function GET(request: Request): Promise<Response> {
  const { database } = await container();
  const headers = probeHeaders(request);
  const isReady = await database.ping().then(
    () => true,
    () => false,
  );
  return isReady
    ? Response.json({ status: 'ready' }, { headers })
    : Response.json({ status: 'not_ready' }, { status: 503, headers });
}

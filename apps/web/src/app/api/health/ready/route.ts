import { container } from '@/server/container.ts';
import { probeHeaders } from '@/server/probe-headers.ts';

/** 200 while the database answers: it is all that an identification cannot do without. That it is lost is logged once. */
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

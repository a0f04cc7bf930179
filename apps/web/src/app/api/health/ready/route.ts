import { container } from '@/server/container.ts';
import { probeHeaders } from '@/server/probe-headers.ts';

/** 200 while the database answers: it is all that an identification cannot do without. */
export async function GET(request: Request): Promise<Response> {
  const { database, logger } = await container();
  const headers = probeHeaders(request);
  try {
    await database.ping();
    return Response.json({ status: 'ready' }, { headers });
  } catch (error) {
    logger.warn({ error }, 'Not ready: the database does not answer');
    return Response.json({ status: 'not_ready' }, { status: 503, headers });
  }
}

import type { CallCounter } from './calls.ts';
import { type FaultBoard, fault } from './faults.ts';
import type { Incoming } from './incoming.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** `/_faults` and `/_calls`, for tests on this machine only: a page in a browser cannot reach them either. */
export function control(request: Incoming, faults: FaultBoard, calls: CallCounter): Response {
  if (!LOOPBACK.has(request.peer) || request.headers.has('origin')) return Response.json(null, { status: 403 });
  switch (`${request.method} ${request.url.pathname}`) {
    case 'GET /_faults':
      return Response.json(faults.list());
    case 'POST /_faults':
      return setFault(request.body.toString(), faults);
    case 'DELETE /_faults':
      faults.clear();
      return new Response(null, { status: 204 });
    case 'GET /_calls':
      return Response.json(calls.counts());
    case 'DELETE /_calls':
      calls.reset();
      return new Response(null, { status: 204 });
    default:
      return Response.json(null, { status: 404 });
  }
}

function setFault(body: string, faults: FaultBoard): Response {
  const parsed = fault.safeParse(parseJson(body));
  if (!parsed.success)
    return Response.json({ errors: parsed.error.issues.map((issue) => issue.message) }, { status: 400 });
  faults.set(parsed.data);
  return Response.json(parsed.data, { status: 201 });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

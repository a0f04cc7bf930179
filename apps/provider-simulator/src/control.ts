import type { ProviderName } from './faults.ts';
import { type ActiveFaults, faultSchema } from './faults.ts';
import type { SimulatorRequest } from './server.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Handles `/_faults` and `/_calls`. Only tests on this machine may call them: pages in a browser are refused, too. */
export function control(request: SimulatorRequest, faults: ActiveFaults, calls: CallCounter): Response {
  if (!LOOPBACK.has(request.remoteAddress) || request.headers.has('origin'))
    return Response.json(null, { status: 403 });
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

function setFault(body: string, faults: ActiveFaults): Response {
  const parsed = faultSchema.safeParse(parseJson(body));
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

export interface Count {
  /** Identifications, refused ones included. */
  identify: number;
  /** All requests to the provider, identifications included. */
  all: number;
}

/** Counts the calls to each provider. */
export class CallCounter {
  readonly #counts: Record<ProviderName, Count> = zeroCounts();

  add(provider: ProviderName, isIdentify: boolean): void {
    const count = this.#counts[provider];
    count.all += 1;
    if (isIdentify) count.identify += 1;
  }

  counts(): Readonly<Record<ProviderName, Readonly<Count>>> {
    return structuredClone(this.#counts);
  }

  reset(): void {
    Object.assign(this.#counts, zeroCounts());
  }
}

function zeroCounts(): Record<ProviderName, Count> {
  return { plant_id: { identify: 0, all: 0 }, plantnet: { identify: 0, all: 0 } };
}

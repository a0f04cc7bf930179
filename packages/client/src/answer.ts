import { ConnectionLost } from './client-error.ts';
import type { components } from './generated/openapi.ts';

/** The body of every error of the API (RFC 9457). */
export type Problem = components['schemas']['Problem'];
type Health = components['schemas']['IdentifyHealth'];

/** An answer that arrived whole, or whose body still arrives. */
export interface Answer {
  response: Response;
  /** The parsed body; undefined if it is no JSON, or still arrives. */
  json: unknown;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
/** Media types of pages for people, which the API never answers. */
const PAGE_TYPE = /^(?:text\/(?:html|plain)|application\/xhtml\+xml)\b/i;
/** Statuses whose answers have no body (Fetch standard, null body status). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Reads an answer to its end, so that one that breaks off is a failed attempt.
 * @throws {ConnectionLost} for an answer of another server, such as the sign-in page of a hotel's network
 * @throws the error of a connection that breaks
 */
export async function readAnswer(response: Response, method: string): Promise<Answer> {
  const { headers, status, statusText } = response;
  const bytes = await response.arrayBuffer();
  const type = headers.get('Content-Type');
  const json = JSON_TYPE.test(type ?? '') ? parsed(bytes) : undefined;
  if (isForeign({ hasBody: bytes.byteLength > 0, json, method, status, type })) {
    throw foreignAnswer(status, type);
  }
  const body = isBodiless(status) || bytes.byteLength === 0 ? null : bytes;
  return { response: new Response(body, { status, statusText, headers }), json };
}

/**
 * Returns an answer while its body arrives: of a stream nothing is kept. Its body errors with `ConnectionLost` when it
 * breaks off, and with the reason of the request's signal when that aborts. Errors of the API are read to their end.
 * @throws {ConnectionLost} for an answer of another server
 */
export async function beginAnswer(
  response: Response,
  { method, signal }: Pick<Request, 'method' | 'signal'>,
): Promise<Answer> {
  const { body, headers, ok, status, statusText } = response;
  if (!ok || body === null) return readAnswer(response, method);
  const type = headers.get('Content-Type');
  if (type === null || PAGE_TYPE.test(type)) {
    await body.cancel();
    throw foreignAnswer(status, type);
  }
  return { response: new Response(streamOf(body, signal), { status, statusText, headers }), json: undefined };
}

/** Returns the same stream, which reads nothing ahead and errors with `ConnectionLost`, or the reason of the signal. */
function streamOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          signal.throwIfAborted();
          throw new ConnectionLost(error);
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function foreignAnswer(status: number, type: string | null): ConnectionLost {
  return new ConnectionLost(new Error(`Another server answered: ${status}, ${type ?? 'no Content-Type'}`));
}

export function isBodiless(status: number): boolean {
  return BODILESS.has(status);
}

/** Whether a body is that of an error of the API; errors of proxies have others. */
export function isProblem(body: unknown): body is Problem {
  return ['code', 'detail', 'requestId'].every((name) => typeof memberOf(body, name) === 'string');
}

/** Whether a body is the state of the identification services, which has status 503 when they are degraded. */
export function isHealth(body: unknown): body is Health {
  return typeof memberOf(body, 'status') === 'string' && typeof memberOf(body, 'services') === 'object';
}

export function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function parsed(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

interface Seen {
  status: number;
  type: string | null;
  json: unknown;
  hasBody: boolean;
  method: string;
}

/** Errors other than 401 may come from a proxy of the API. 511 asks a person to sign in to a network (RFC 6585, 6). */
function isForeign({ hasBody, json, method, status, type }: Seen): boolean {
  if (status === 401) return !isProblem(json);
  if (status >= 300) return status === 511;
  if (isBodiless(status) || method === 'HEAD') return false;
  if (!hasBody || type === null || PAGE_TYPE.test(type)) return true;
  return JSON_TYPE.test(type) && json === undefined;
}

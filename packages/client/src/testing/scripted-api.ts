import { setImmediate } from 'node:timers/promises';
import type { Environment } from '../send.ts';

/** A request as the API received it. */
interface Received {
  /** Method and path under `/api/v1`, such as `GET /auth/me`. */
  operation: string;
  /** The query, such as `?limit=100`. */
  search: string;
  headers: Headers;
  /** Parses the body as a form. */
  form: () => Promise<FormData>;
  json: () => Promise<unknown>;
}

type Answer = Response | Promise<Response>;
/** Answers one request; an error that it throws is a lost connection. */
type Script = (request: Received) => Answer;

/** Returns the answer of the API to an error. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  const body = { type: 'about:blank', title: code, status, code, detail: `detail of ${code}`, requestId: 'request' };
  return Response.json(body, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });
}

/** Returns the pair of tokens number `n`, whose access token lives for an hour. */
export function grant(n: number): Response {
  return Response.json({
    access_token: `access ${n}`,
    token_type: 'Bearer',
    expires_in: 3_600,
    refresh_token: `refresh ${n}`,
    refresh_expires_in: 604_800,
  });
}

export function lostConnection(): never {
  throw new TypeError('fetch failed');
}

/** A scripted API, and the surroundings of a client that calls it: waits are recorded and pass at once. */
export function scriptedApi(scripts: Readonly<Record<string, readonly Script[]>>) {
  const received: Received[] = [];
  const waits: number[] = [];
  let now = Date.UTC(2026, 2, 1, 12);
  const calls = new Map<string, number>();

  const environment: Environment = {
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const operation = `${request.method} ${pathname.replace('/api/v1', '')}`;
      const call = calls.get(operation) ?? 0;
      calls.set(operation, call + 1);
      const bytes = await request.arrayBuffer();
      const copy = () => new Response(bytes, { headers: request.headers });
      const entry = {
        operation,
        search,
        headers: request.headers,
        form: () => copy().formData(),
        json: () => copy().json(),
      };
      received.push(entry);
      const script = scripts[operation]?.[call] ?? scripts[operation]?.at(-1);
      if (script === undefined) throw new Error(`No answer for ${operation}`);
      request.signal.throwIfAborted();
      return script(entry);
    },
    now: () => now,
    random: () => 1,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      waits.push(ms);
      now += ms;
      await setImmediate();
      signal.throwIfAborted();
    },
  };

  return {
    options: { baseUrl: 'https://plants.example', environment },
    received,
    waits,
    operations: () => received.map(({ operation }) => operation),
    tokens: () => received.map(({ headers }) => headers.get('Authorization') ?? undefined),
    advance(ms: number) {
      now += ms;
    },
  };
}

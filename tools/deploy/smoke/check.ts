import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

const PATIENCE_MS = 15_000;
/** More of a page than a check looks at. */
const MOST_BYTES = 2_000_000;

export interface SmokeRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'OPTIONS';
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface SmokeResponse {
  status: number;
  /** One value of a header; undefined when it is not there. */
  header(name: string): string | undefined;
  cookies: readonly string[];
  text: string;
  /** @throws when the body is no JSON object */
  json(): Record<string, unknown>;
}

/** One request, redirects not followed. `node:http`, since fetch lets nobody choose the Host. */
export function request(url: URL, { body, headers = {}, method = 'GET' }: SmokeRequest = {}): Promise<SmokeResponse> {
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers, signal: AbortSignal.timeout(PATIENCE_MS) }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) chunks.push(chunk);
      });
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: answer.statusCode ?? 0,
          header: (name) => [answer.headers[name.toLowerCase()]].flat()[0],
          cookies: answer.headers['set-cookie'] ?? [],
          text,
          json: () => objectIn(text),
        });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function objectIn(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new TypeError('no JSON object');
  return Object.fromEntries(Object.entries(value));
}

/** One look at a deployed instance: what is asked, and what must be true of the answer. */
export interface Check {
  name: string;
  path: string;
  visit?: SmokeRequest;
  /** What is wrong with the answer, a phrase each. */
  faults(seen: SmokeResponse): string[];
}

/** The faults that hold. */
export function unless(...claims: readonly (readonly [holds: boolean, fault: string])[]): string[] {
  return claims.flatMap(([holds, fault]) => (holds ? [] : [fault]));
}

export function hasStatus(seen: SmokeResponse, ...wanted: readonly number[]): readonly [boolean, string] {
  return [wanted.includes(seen.status), `status ${seen.status} instead of ${wanted.join(' or ')}`];
}

export function hasHeader(seen: SmokeResponse, name: string, form: RegExp): readonly [boolean, string] {
  const value = seen.header(name);
  return [value !== undefined && form.test(value), `${name} is ${value === undefined ? 'missing' : `"${value}"`}`];
}

export function isProblem(seen: SmokeResponse, code: string): readonly [boolean, string] {
  const isRight = seen.header('content-type') === 'application/problem+json' && codeOf(seen) === code;
  return [isRight, `not the problem "${code}"`];
}

function codeOf(seen: SmokeResponse): unknown {
  try {
    return seen.json()['code'];
  } catch {
    return undefined;
  }
}

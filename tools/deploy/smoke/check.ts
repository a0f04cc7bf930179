import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

const TIMEOUT_MS = 15_000;
/** Bytes of a body that are kept: more than any check reads. */
const MAX_BYTES = 2_000_000;

export interface SmokeRequest {
  method?: 'GET' | 'HEAD' | 'POST' | 'OPTIONS';
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface SmokeResponse {
  status: number;
  /** Returns the first value of a header. */
  header(name: string): string | undefined;
  cookies: readonly string[];
  text: string;
  /** @throws when the body is no JSON object */
  json(): Record<string, unknown>;
}

/** Sends one request without following redirects. Uses `node:http`, because fetch does not allow a Host header. */
export function request(url: URL, { body, headers = {}, method = 'GET' }: SmokeRequest = {}): Promise<SmokeResponse> {
  const send = url.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve, reject) => {
    const sent = send(url, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MAX_BYTES) chunks.push(chunk);
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

/** One request to a deployed instance, and what its answer must fulfil. */
export interface Check {
  name: string;
  path: string;
  visit?: SmokeRequest;
  /** Returns the faults of the answer, a phrase each. */
  faults(seen: SmokeResponse): string[];
}

/** Returns the faults of the claims that do not hold. */
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

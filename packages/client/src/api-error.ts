import { ClientError } from './client-error.ts';
import type { components } from './generated/openapi.ts';

/** The body of every error of the API (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** Codes of the API, which may add new ones, and `unknown` for the answer of a proxy. */
export type ErrorCode = Problem['code'] | 'unknown' | (string & {});

/** Error that the API answered. `message` is for people, `code` for programs. */
export class ApiError extends ClientError {
  override readonly name = 'ApiError';
  declare readonly code: ErrorCode;
  readonly status: number;
  /** Identifies the request in the log of the service. */
  readonly requestId: string | undefined;
  /** Errors of single fields; empty if the API names none. */
  readonly errors: NonNullable<Problem['errors']>;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.code ?? 'unknown', problem?.detail ?? `The API answered ${response.status}`, {
      retryAfterMs: retryAfterOf(response.headers, Date.now()),
    });
    this.status = response.status;
    this.requestId = problem?.requestId ?? response.headers.get('X-Request-Id') ?? undefined;
    this.errors = problem?.errors ?? [];
  }
}

/** Whether a body is that of an error of the API; errors of proxies have others. */
export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}

/** Returns the Retry-After header in milliseconds: whole seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const value = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

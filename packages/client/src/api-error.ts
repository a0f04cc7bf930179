import { isProblem, type Problem } from './answer.ts';
import { ClientError } from './client-error.ts';

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

/**
 * Returns the Retry-After header in milliseconds: whole seconds or a date (RFC 9110, 10.2.3). A date counts from that of
 * the answer, because the clock of a device may be wrong; from `now` if the answer has none that may be read.
 */
export function retryAfterOf(headers: Headers, now: number): number | undefined {
  const value = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const until = dateOf(value);
  return until === undefined ? undefined : Math.max(0, until - (dateOf(headers.get('Date') ?? '') ?? now));
}

/** Only dates end in GMT; `Date.parse` also reads what is none, such as `-5`. */
function dateOf(value: string): number | undefined {
  const date = value.endsWith('GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/**
 * How an exchange with a provider broke. `connection`: no answer came; `redirect`: refused, it could lead anywhere;
 * `oversized`: the answer is over the cap; `malformed`: not JSON; `off_contract`: JSON of another shape.
 */
export type ExchangeErrorCode = 'connection' | 'redirect' | 'oversized' | 'malformed' | 'off_contract';

/**
 * The cause of a failed exchange. It stands in for the errors of fetch and of parsers, which are never handed on:
 * they quote URLs (Pl@ntNet's carries the API key) and bodies.
 */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly code: ExchangeErrorCode;

  constructor(code: ExchangeErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** Keeps only the code of a system error, such as ECONNREFUSED, or the status of a proxy that refused. */
  static fromConnectionError(error: unknown): ExchangeError {
    return new ExchangeError('connection', proxyStatus(error) ?? systemCode(error) ?? 'no connection');
  }
}

/** Reads the status from the message: undici has no error code for a proxy that answers CONNECT with an error. */
function proxyStatus(error: unknown): string | undefined {
  for (const { message } of causesOf(error)) {
    const [, status] = /^Proxy response \((\d{3})\)/.exec(message) ?? [];
    if (status !== undefined) return `the proxy answered ${status}`;
  }
  return undefined;
}

function systemCode(error: unknown): string | undefined {
  for (const at of causesOf(error)) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code;
  }
  return undefined;
}

function* causesOf(error: unknown): Generator<Error> {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) yield at;
}

/**
 * How an exchange with a provider broke. `connection`: no answer came; `redirect`: refused, it could lead anywhere;
 * `oversized`: the answer is over the cap; `malformed`: not JSON; `off_contract`: JSON of another shape.
 */
export type ExchangeFaultCode = 'connection' | 'redirect' | 'oversized' | 'malformed' | 'off_contract';

/**
 * The cause of a failed exchange. It stands in for the errors of fetch and of parsers, which are never handed on:
 * they quote URLs (Pl@ntNet's carries the API key) and bodies.
 */
export class ExchangeFault extends Error {
  override readonly name = 'ExchangeFault';
  readonly code: ExchangeFaultCode;

  constructor(code: ExchangeFaultCode, message: string) {
    super(message);
    this.code = code;
  }

  /** Of whatever fetch threw only the system's code stays, such as ECONNREFUSED. */
  static ofConnection(error: unknown): ExchangeFault {
    return new ExchangeFault('connection', systemCode(error) ?? 'no connection');
  }
}

function systemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code;
  }
  return undefined;
}

/** Root of the errors of this package. A call that its own signal stops rejects with the reason of the signal instead. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
  /** For programs. */
  readonly code: string;
  /** Milliseconds after which the call may succeed, if the API says so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Error of a request without a whole answer of the API: no network, a broken connection, or the page of a network. */
export class ConnectionLost extends ClientError {
  override readonly name = 'ConnectionLost';

  constructor(cause?: unknown) {
    super('connection_lost', 'The connection was lost', { cause });
  }
}

/**
 * Error of a call whose person signed out, or in anew, before it had an answer. It is not sent again, because it would
 * be sent for another person. The API may have carried out an earlier attempt.
 */
export class SignInChanged extends ClientError {
  override readonly name = 'SignInChanged';

  constructor() {
    super('sign_in_changed', 'The sign-in changed during the call');
  }
}

/** Error of an upload that was sent, but not answered in time. */
export class AnswerTimeout extends ClientError {
  override readonly name = 'AnswerTimeout';

  constructor() {
    super('answer_timeout', 'No answer in time');
  }
}

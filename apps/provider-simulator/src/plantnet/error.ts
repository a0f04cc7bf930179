const NAMES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** An error response of Pl@ntNet: JSON that repeats the status. */
export class PlantNetError extends Error {
  readonly status: number;

  constructor(status: number, text = NAMES[status] ?? 'Error') {
    super(text);
    this.status = status;
  }

  toResponse(headers: Readonly<Record<string, string>> = {}): Response {
    const body = { statusCode: this.status, error: NAMES[this.status] ?? 'Error', message: this.message };
    return Response.json(body, { status: this.status, headers });
  }
}

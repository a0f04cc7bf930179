/** An error response of Plant.id: plain text, not JSON. */
export class PlantIdError extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }

  toResponse(): Response {
    return new Response(this.message, {
      status: this.status,
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    });
  }
}

export const OUT_OF_CREDITS = 'The specified api key does not have sufficient number of available credits.';

const TEXTS: Readonly<Record<number, string>> = {
  400: 'Invalid json data',
  401: 'The specified api key not found.',
  404: 'API endpoint not found.',
  405: '',
  429: OUT_OF_CREDITS,
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Returns the error that Plant.id usually sends with a status. */
export function plantIdError(status: number): PlantIdError {
  return new PlantIdError(status, TEXTS[status] ?? `Error ${status}`);
}

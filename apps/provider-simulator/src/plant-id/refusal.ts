/** A refusal as Plant.id words it: plain text, not JSON. */
export class Refusal extends Error {
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

/** The refusal that usually comes with a status. */
export function usualRefusal(status: number): Refusal {
  return new Refusal(status, TEXTS[status] ?? `Error ${status}`);
}

/** Error of a request that did not complete: no network, or a broken connection. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** Error of a photo that was sent, but not answered in time. */
export class AnswerTimeout extends Error {
  override readonly name = 'AnswerTimeout';
}

export interface UploadWatch {
  /** Receives the bytes of the body that were sent, and their total. */
  onUpload: (sent: number, total: number) => void;
  /** Time limit from the last byte sent to the answer, in milliseconds. */
  answerTimeoutMs: number;
}

interface UploadInit {
  method?: string | undefined;
  headers?: HeadersInit | undefined;
  body?: BodyInit | null | undefined;
  signal?: AbortSignal | null | undefined;
}

/** Returns a `fetch` that reports the progress of its upload. It uses XMLHttpRequest, because `fetch` itself cannot. */
export function uploadFetch({ onUpload, answerTimeoutMs }: UploadWatch) {
  return (input: string | URL | Request, init: UploadInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { body, headers, method = 'GET', signal } = init;
      const aborted = () => new DOMException('The request was stopped', 'AbortError');
      if (signal?.aborted) return reject(aborted());
      if (body instanceof ReadableStream) return reject(new TypeError('A stream cannot be sent this way'));

      const request = new XMLHttpRequest();
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = () => request.abort();
      const settle = (then: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        then();
      };
      let failure: Error | undefined;

      request.open(method, input instanceof Request ? input.url : input);
      new Headers(headers).forEach((value, name) => request.setRequestHeader(name, value));
      request.upload.addEventListener('progress', ({ loaded, total }) => onUpload(loaded, total));
      request.upload.addEventListener('load', ({ loaded, total }) => {
        onUpload(loaded, total);
        timer = setTimeout(() => {
          failure = new AnswerTimeout('No answer in time');
          request.abort();
        }, answerTimeoutMs);
      });
      request.addEventListener('load', () => settle(() => resolve(responseOf(request))));
      request.addEventListener('error', () => settle(() => reject(new ConnectionLost('The connection was lost'))));
      request.addEventListener('abort', () => settle(() => reject(failure ?? aborted())));
      signal?.addEventListener('abort', stop);
      request.send(body ?? null);
    });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return new Response(request.responseText, { status: request.status, statusText: request.statusText, headers });
}

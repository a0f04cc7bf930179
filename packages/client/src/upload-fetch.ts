import { AnswerTimeout, ConnectionLost } from './client-error.ts';

export { AnswerTimeout, ConnectionLost };

export interface UploadWatch {
  /** Receives the bytes of the body that were sent, and their total. */
  onUpload: (sent: number, total: number) => void;
  /** Time limit from the last byte sent to the answer, in milliseconds; none if absent. Needs XMLHttpRequest. */
  answerTimeoutMs?: number;
}

interface UploadInit {
  method?: string | undefined;
  headers?: HeadersInit | undefined;
  body?: BodyInit | null | undefined;
  signal?: AbortSignal | null | undefined;
}

type UploadFetch = (input: string | URL | Request, init?: UploadInit) => Promise<Response>;

/**
 * Returns a `fetch` that reports the progress of its upload. In browsers it uses XMLHttpRequest, because their `fetch`
 * cannot; elsewhere it counts the bytes that `fetch` takes.
 */
export function uploadFetch(watch: UploadWatch, fetch: typeof globalThis.fetch = globalThis.fetch): UploadFetch {
  return typeof XMLHttpRequest === 'undefined' ? countingFetch(watch, fetch) : xhrFetch(watch);
}

function xhrFetch({ onUpload, answerTimeoutMs }: UploadWatch): UploadFetch {
  return (input, init = {}) =>
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
        if (answerTimeoutMs === undefined) return;
        timer = setTimeout(() => {
          failure = new AnswerTimeout();
          request.abort();
        }, answerTimeoutMs);
      });
      request.addEventListener('load', () => settle(() => resolve(responseOf(request))));
      request.addEventListener('error', () => settle(() => reject(new ConnectionLost())));
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
  const body = request.status === 204 ? null : request.responseText;
  return new Response(body, { status: request.status, statusText: request.statusText, headers });
}

/** Bytes that `fetch` gets at a time. The stream of a Blob would give it all at once. */
const CHUNK_BYTES = 65_536;

function countingFetch({ onUpload }: UploadWatch, fetch: typeof globalThis.fetch): UploadFetch {
  return (input, { body, headers, method = 'POST', signal = null } = {}) => {
    if (!(body instanceof Blob)) throw new TypeError('The progress of an upload is known for a Blob alone');
    const total = body.size;
    let sent = 0;
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
      // The chunks before have left when the next one is asked for.
      if (sent > 0) onUpload(sent, total);
      if (sent === total) return controller.close();
      const chunk = body.slice(sent, sent + CHUNK_BYTES);
      sent += chunk.size;
      controller.enqueue(new Uint8Array(await chunk.arrayBuffer()));
    };
    const sized = new Headers(headers);
    // Some proxies accept no body of unknown length.
    sized.set('Content-Length', String(total));
    // A body that is a stream needs `duplex`, which the types of the DOM lack.
    const init: RequestInit & { duplex: 'half' } = {
      method,
      signal,
      headers: sized,
      body: new ReadableStream({ pull }, { highWaterMark: 0 }),
      duplex: 'half',
    };
    return fetch(input, init);
  };
}

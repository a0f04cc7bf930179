import { isBodiless } from './answer.ts';
import { AnswerTimeout, ConnectionLost } from './client-error.ts';

export { AnswerTimeout, ConnectionLost };

export interface UploadWatch {
  /** Receives the bytes of the body that were sent, and their total. */
  onUpload: (sent: number, total: number) => void;
  /** Time limit from the last byte sent to the answer, in milliseconds; none if absent. Needs XMLHttpRequest. */
  answerTimeoutMs?: number;
}

/** Types of Node know no `HeadersInit` and no `BodyInit`. */
interface UploadInit {
  method?: string | undefined;
  headers?: RequestInit['headers'] | undefined;
  body?: RequestInit['body'] | undefined;
  signal?: AbortSignal | null | undefined;
}

export type UploadFetch = (input: string | URL | Request, init?: UploadInit) => Promise<Response>;

/**
 * Returns a `fetch` that reports the progress of its upload. In browsers it uses XMLHttpRequest, because their `fetch`
 * cannot: it sends the cookies of the page to the page's own origin. Elsewhere it counts the bytes that `fetch` takes.
 */
export function uploadFetch(watch: UploadWatch): UploadFetch {
  return typeof XMLHttpRequest === 'undefined' ? countingFetch(watch) : xhrFetch(watch);
}

/**
 * Returns a `fetch` that sends no cookies, and reports the progress of its upload as far as that is possible. It reports
 * only the end, when the answer arrives, for a `fetch` of the caller, for an upload to the origin of the page, to which
 * XMLHttpRequest always sends cookies, and in a service worker, which has no XMLHttpRequest.
 */
export function uploadFetchWithoutCookies(watch: UploadWatch, fetch?: typeof globalThis.fetch): UploadFetch {
  return (input, init) => {
    const isSeen = fetch === undefined && canSeeProgress(input instanceof Request ? input.url : input);
    return isSeen ? uploadFetch(watch)(input, init) : reportEnd(watch, fetch ?? globalThis.fetch)(input, init);
  };
}

/** Whether this platform reports the progress of an upload to the URL without cookies. */
function canSeeProgress(url: string | URL): boolean {
  // Programs outside of browsers have no location.
  if (typeof location === 'undefined') return true;
  return typeof XMLHttpRequest !== 'undefined' && new URL(url, location.href).origin !== location.origin;
}

function reportEnd({ onUpload }: UploadWatch, fetch: typeof globalThis.fetch): UploadFetch {
  return async (input, { body = null, headers = {}, method = 'POST', signal = null } = {}) => {
    const response = await fetch(input, { method, headers, body, signal, credentials: 'omit' });
    if (body instanceof Blob) onUpload(body.size, body.size);
    return response;
  };
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
      request.addEventListener('load', () =>
        settle(() => {
          try {
            resolve(responseOf(request));
          } catch (error) {
            // No answer has such a status or such headers.
            reject(new ConnectionLost(error));
          }
        }),
      );
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
  const body = isBodiless(request.status) ? null : request.responseText;
  return new Response(body, { status: request.status, statusText: request.statusText, headers });
}

/** Bytes that `fetch` gets at a time. The stream of a Blob would give it all at once. */
const CHUNK_BYTES = 65_536;

function countingFetch({ onUpload }: UploadWatch): UploadFetch {
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

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerTimeout, ConnectionLost } from './client-error.ts';
import { uploadFetch, uploadFetchWithoutCookies } from './upload-fetch.ts';

/** A fake XMLHttpRequest, whose events the test dispatches. */
class FakeRequest extends EventTarget {
  static last: FakeRequest | undefined;
  readonly upload = new EventTarget();
  readonly sentHeaders: Record<string, string> = {};
  status = 0;
  statusText = '';
  responseText = '';
  sent: unknown;
  aborted = false;
  constructor() {
    super();
    FakeRequest.last = this;
  }
  open(): void {}
  setRequestHeader(name: string, value: string): void {
    this.sentHeaders[name] = value;
  }
  getAllResponseHeaders(): string {
    return 'content-type: application/json\r\nretry-after: 5\r\n';
  }
  send(body: unknown): void {
    this.sent = body;
  }
  abort(): void {
    this.aborted = true;
    this.dispatchEvent(new Event('abort'));
  }
}

const moved = (type: string, loaded: number) => Object.assign(new Event(type), { loaded, total: 100 });

function start(signal?: AbortSignal) {
  const reported: number[] = [];
  const fetch = uploadFetch({ onUpload: (sent) => reported.push(sent), answerTimeoutMs: 60_000 });
  const answer = fetch('/api', {
    method: 'POST',
    headers: { 'X-Request-Id': 'a' },
    body: 'leaf',
    ...(signal && { signal }),
  });
  const request = FakeRequest.last;
  if (request === undefined) throw new Error('nothing was sent');
  return { answer, request, reported };
}

beforeEach(() => {
  FakeRequest.last = undefined;
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  vi.useFakeTimers();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('uploadFetch', () => {
  it('reports the sent bytes, and returns the answer with its headers', async () => {
    const { answer, request, reported } = start();
    request.upload.dispatchEvent(moved('progress', 40));
    request.upload.dispatchEvent(moved('load', 100));
    Object.assign(request, { status: 503, responseText: '{"ok":false}' });
    request.dispatchEvent(new Event('load'));

    const response = await answer;
    expect(reported).toEqual([40, 100]);
    expect(request).toMatchObject({ sent: 'leaf', sentHeaders: { 'x-request-id': 'a' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({ ok: false });
  });

  it('counts the time limit from the last byte, not from the first', async () => {
    const { answer, request } = start();
    const outcome = answer.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(120_000);
    request.upload.dispatchEvent(moved('load', 100));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(request.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome).toBeInstanceOf(AnswerTimeout);
  });

  it('aborts with its signal', async () => {
    const stop = new AbortController();
    const { answer } = start(stop.signal);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('sends nothing when its signal was aborted before', async () => {
    const fetch = uploadFetch({ onUpload: () => undefined, answerTimeoutMs: 1 });
    await expect(fetch('/api', { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    expect(FakeRequest.last).toBeUndefined();
  });

  it.each([204, 205, 304])('returns an answer of %d, which has no body', async (status) => {
    const { answer, request } = start();
    Object.assign(request, { status });
    request.dispatchEvent(new Event('load'));
    expect(await answer).toMatchObject({ status, body: null });
  });

  it('takes a status that no answer has for a broken connection', async () => {
    const { answer, request } = start();
    Object.assign(request, { status: 999 });
    request.dispatchEvent(new Event('load'));
    await expect(answer).rejects.toBeInstanceOf(ConnectionLost);
  });

  it('reports a broken connection', async () => {
    const { answer, request } = start();
    request.dispatchEvent(new Event('error'));
    await expect(answer).rejects.toBeInstanceOf(ConnectionLost);
  });
});

describe('uploadFetch without XMLHttpRequest', () => {
  it('counts the bytes that a server receives, and announces their number', async () => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
    const server = createServer((request, response) => {
      const { 'content-length': length, 'content-type': type, 'transfer-encoding': coding } = request.headers;
      void buffer(request).then((body) => response.end(JSON.stringify({ length, type, coding, bytes: body.length })));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const reported: { sent: number; total: number }[] = [];
      const fetch = uploadFetch({ onUpload: (sent, total) => reported.push({ sent, total }) });
      const body = new Blob([new Uint8Array(300_000)]);
      const headers = { 'Content-Type': 'multipart/form-data; boundary=Aa' };
      const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body });
      expect(await response.json()).toEqual({ length: '300000', type: headers['Content-Type'], bytes: 300_000 });
      expect(reported).toEqual([65_536, 131_072, 196_608, 262_144, 300_000].map((sent) => ({ sent, total: 300_000 })));
    } finally {
      server.close();
    }
  });
});

describe('uploadFetchWithoutCookies', () => {
  const body = new Blob(['a leaf']);
  const reported: number[][] = [];
  const onUpload = (sent: number, total: number) => reported.push([sent, total]);
  const fetch = vi.fn<typeof globalThis.fetch>(async () => Response.json({}));
  const onPageOf = (origin: string) => vi.stubGlobal('location', { origin, href: `${origin}/page` });
  const upload = (own?: typeof globalThis.fetch) =>
    uploadFetchWithoutCookies({ onUpload }, own)('https://plants.example/api', { method: 'POST', body });

  beforeEach(() => {
    reported.length = 0;
    fetch.mockClear();
  });

  it('uses XMLHttpRequest to another origin, which gets no cookies', async () => {
    onPageOf('https://app.example');
    vi.stubGlobal('fetch', fetch);
    const answer = upload();
    const request = FakeRequest.last;
    request?.upload.dispatchEvent(moved('progress', 40));
    Object.assign(request ?? {}, { status: 200 });
    request?.dispatchEvent(new Event('load'));
    await answer;
    expect(reported).toEqual([[40, 100]]);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('uses fetch to the origin of the page, to which XMLHttpRequest sends cookies, and reports the end', async () => {
    onPageOf('https://plants.example');
    vi.stubGlobal('fetch', fetch);
    await upload();
    expect(FakeRequest.last).toBeUndefined();
    expect(fetch).toHaveBeenCalledWith('https://plants.example/api', {
      method: 'POST',
      headers: {},
      body,
      signal: null,
      credentials: 'omit',
    });
    expect(reported).toEqual([[6, 6]]);
  });

  it('uses fetch in a service worker, whose fetch takes no stream in every browser', async () => {
    onPageOf('https://app.example');
    vi.stubGlobal('XMLHttpRequest', undefined);
    vi.stubGlobal('fetch', fetch);
    await upload();
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ body, credentials: 'omit' });
    expect(reported).toEqual([[6, 6]]);
  });

  it('uses the fetch of the caller in each of these places', async () => {
    onPageOf('https://app.example');
    await upload(fetch);
    expect(FakeRequest.last).toBeUndefined();
    expect(fetch.mock.calls[0]?.[1]).toMatchObject({ body, credentials: 'omit' });
    expect(reported).toEqual([[6, 6]]);
  });
});

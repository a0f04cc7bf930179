import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerTimeout, ConnectionLost } from './client-error.ts';
import { uploadFetch } from './upload-fetch.ts';

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

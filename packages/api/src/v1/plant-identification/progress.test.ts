import type { IdentificationService, ProgressEvent } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { monstera } from '../../testing/fake-service.ts';
import { streamEvents } from '../../testing/stream-events.ts';

const requestId = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
/** JSON-RPC code after which clients retry. */
const INTERNAL = -32_603;
const EVENTS: ProgressEvent[] = [
  { type: 'received', at: 3, photos: 1 },
  { type: 'asking', at: 20, provider: 'plant_id', usualMs: 2100, slowMs: 6000 },
  { type: 'unanswered', at: 21, provider: 'plantnet', status: 'resting', retryAfterMs: 12_000 },
  { type: 'answered', at: 2000, provider: 'plant_id', verdict: monstera },
  { type: 'done', at: 2010, ok: true },
];

function following(headers: Record<string, string> = {}, input: unknown = { requestId }, mode?: 'production') {
  const progress = vi.fn<IdentificationService['progress']>(async function* () {
    yield* EVENTS;
  });
  const { api } = apiUnderTest({ service: { progress }, ...(mode && { config: { mode } }) });
  const url = new URL('http://localhost:3000/api/trpc/v1.plantIdentification.progress');
  url.searchParams.set('input', JSON.stringify(input));
  const answer = api.trpc(new Request(url, { headers: { Accept: 'text/event-stream', ...headers } }));
  return { answer, progress };
}

describe('progress', () => {
  it('streams the steps in wire names, each with its number, and ends', async () => {
    const { answer } = following();
    expect((await answer).headers.get('content-type')).toContain('text/event-stream');
    const events = await streamEvents(answer);
    expect(events.at(0)?.event).toBe('connected');
    expect(events.at(-1)?.event).toBe('return');
    expect(events.slice(1, -1)).toMatchObject([
      { id: '1', data: { type: 'received', at: 3, photos: 1 } },
      { id: '2', data: { type: 'asking', at: 20, provider: 'plant_id', usual_ms: 2100, slow_ms: 6000 } },
      { id: '3', data: { type: 'unanswered', provider: 'plantnet', status: 'resting', retry_after_ms: 12_000 } },
      { id: '4', data: { type: 'answered', verdict: { plant_name: 'Swiss cheese plant', confidence: 0.95 } } },
      { id: '5', data: { type: 'done', at: 2010, ok: true } },
    ]);
  });

  it('continues where a lost connection ended', async () => {
    const { answer } = following({ 'Last-Event-ID': '3' });
    expect((await streamEvents(answer)).map(({ id }) => id)).toEqual([undefined, '4', '5', undefined]);
  });

  it('passes the signed-in user to the service', async () => {
    const { answer, progress } = following({ Cookie: 'session=anna' });
    await streamEvents(answer);
    expect(progress.mock.calls[0]?.slice(0, 2)).toEqual([requestId, anna.userId]);
  });

  it.each([
    {
      name: 'anonymous callers in production',
      headers: {},
      input: { requestId },
      mode: 'production',
      code: 'authentication_required',
    },
    { name: 'an id that is no UUID', headers: {}, input: { requestId: '1' }, mode: undefined, code: 'invalid_request' },
  ] as const)(
    'is refused to $name with an event after which clients do not retry',
    async ({ headers, input, mode, code }) => {
      const { answer, progress } = following(headers, input, mode);
      const [, refused] = await streamEvents(answer);
      expect(refused).toMatchObject({ event: 'serialized-error', data: { data: { code } } });
      expect(refused).not.toMatchObject({ data: { code: INTERNAL } });
      expect(progress).not.toHaveBeenCalled();
    },
  );
});

describe('open progress streams', () => {
  /** Streams of requests that never begin; each is open until its caller leaves. */
  function openStreams() {
    const progress = vi.fn<IdentificationService['progress']>(async function* (_id, _viewer, signal) {
      yield { type: 'received', at: 0, photos: 1 };
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    });
    const { api } = apiUnderTest({ service: { progress } });
    const url = new URL('http://localhost:3000/api/trpc/v1.plantIdentification.progress');
    url.searchParams.set('input', JSON.stringify({ requestId }));
    /** Opens a stream and reads its first event after "connected". */
    const open = async (headers: Record<string, string>) => {
      const leaving = new AbortController();
      const answer = await api.trpc(
        new Request(url, { headers: { Accept: 'text/event-stream', ...headers }, signal: leaving.signal }),
      );
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!/(received|serialized-error)[^]*\n\n/.test(text)) {
        // oxlint-disable-next-line no-await-in-loop -- one piece after the other
        const piece = await reader?.read();
        if (piece?.value === undefined) break;
        text += piece.value;
      }
      const leave = async () => {
        leaving.abort();
        await reader?.cancel().catch(() => undefined);
        await new Promise(setImmediate);
      };
      return { code: /"code":"(\w+)"/.exec(text)?.[1] ?? 'open', leave };
    };
    const openMany = (count: number, headers: Record<string, string>) =>
      Promise.all(Array.from({ length: count }, () => open(headers)));
    return { open, openMany };
  }
  const asAnna = { Cookie: 'session=anna' };

  it('of one account are at most ten, independent of other accounts', async () => {
    const { open, openMany } = openStreams();
    const ten = await openMany(10, asAnna);
    expect(ten.map(({ code }) => code)).toEqual(Array(10).fill('open'));
    expect((await open(asAnna)).code).toBe('rate_limited');
    expect((await open({ Cookie: 'session=ada' })).code).toBe('open');
  });

  it('of anonymous callers are counted by address', async () => {
    const { open, openMany } = openStreams();
    await openMany(10, { 'X-Forwarded-For': '203.0.113.7' });
    expect((await open({ 'X-Forwarded-For': '203.0.113.7' })).code).toBe('rate_limited');
    expect((await open({ 'X-Forwarded-For': '198.51.100.9' })).code).toBe('open');
  });

  it('are released when the caller leaves', async () => {
    const { openMany } = openStreams();
    const ten = await openMany(10, asAnna);
    await Promise.all(ten.slice(0, 3).map(({ leave }) => leave()));
    expect((await openMany(4, asAnna)).map(({ code }) => code)).toEqual(['open', 'open', 'open', 'rate_limited']);
  });

  it('are released when they end', async () => {
    const progress = vi.fn<IdentificationService['progress']>(async function* () {
      yield* EVENTS;
    });
    const { api } = apiUnderTest({ service: { progress } });
    const url = new URL('http://localhost:3000/api/trpc/v1.plantIdentification.progress');
    url.searchParams.set('input', JSON.stringify({ requestId }));
    for (let stream = 1; stream <= 12; stream += 1) {
      const headers = { Accept: 'text/event-stream', ...asAnna };
      // oxlint-disable-next-line no-await-in-loop -- one stream after the other
      expect((await streamEvents(api.trpc(new Request(url, { headers })))).at(-1)?.event).toBe('return');
    }
  });
});

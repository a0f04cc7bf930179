import type { IdentificationService, ProgressEvent } from '@plantcommunity/identification';
import { describe, expect, it, vi } from 'vitest';
import { anna, apiUnderTest } from '../../testing/api-under-test.ts';
import { monstera } from '../../testing/fake-service.ts';
import { streamEvents } from '../../testing/stream-events.ts';

const requestId = '6f1c1d5e-2f5b-4a55-9a52-0e8f7ad1c2b3';
/** The number after which clients try again. */
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
  it('tells the steps in wire words, each with its number, and ends', async () => {
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

  it('goes on where a lost connection ended', async () => {
    const { answer } = following({ 'Last-Event-ID': '3' });
    expect((await streamEvents(answer)).map(({ id }) => id)).toEqual([undefined, '4', '5', undefined]);
  });

  it('is asked for by who is signed in, which the service judges', async () => {
    const { answer, progress } = following({ Cookie: 'session=anna' });
    await streamEvents(answer);
    expect(progress.mock.calls[0]?.slice(0, 2)).toEqual([requestId, anna.userId]);
  });

  it.each([
    ['anonymous callers in production', {}, { requestId }, 'production', 'authentication_required'],
    ['an id that is no UUID', {}, { requestId: '1' }, undefined, 'invalid_request'],
  ] as const)(
    'is refused to %s, as an event that a client does not retry after',
    async (_who, headers, input, mode, code) => {
      const { answer, progress } = following(headers, input, mode);
      const [, refused] = await streamEvents(answer);
      expect(refused).toMatchObject({ event: 'serialized-error', data: { data: { code } } });
      expect(refused).not.toMatchObject({ data: { code: INTERNAL } });
      expect(progress).not.toHaveBeenCalled();
    },
  );
});

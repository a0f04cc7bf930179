import { expect, it } from 'vitest';
import {
  acceptRequestId,
  currentRequestId,
  newRequestId,
  runWithoutRequestId,
  runWithRequestId,
} from './request-id.ts';
import { currentSpanContext, inSpan } from './spans.ts';
import { recordSpans } from './testing/record-spans.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

it('acceptRequestId returns a valid UUID unchanged', () => {
  expect(acceptRequestId('0B5C3A5E-8D0B-4C57-9E40-0C8F7A1B2C3D')).toBe('0B5C3A5E-8D0B-4C57-9E40-0C8F7A1B2C3D');
});

it.each([
  null,
  undefined,
  '',
  'abc',
  '0b5c3a5e-8d0b-4c57-9e40-0c8f7a1b2c3d\r\nX: y',
  '0b5c3a5e8d0b4c579e400c8f7a1b2c3d',
  '00000000-0000-0000-0000-000000000000',
])('acceptRequestId replaces %j by a new UUID', (header) => {
  const id = acceptRequestId(header);
  expect(id).toMatch(UUID);
  expect(id).not.toBe(header);
});

it('currentRequestId is the id of its own request, also after an await', async () => {
  const seen = await Promise.all(
    [newRequestId(), newRequestId()].map((id) =>
      runWithRequestId(id, async () => {
        await Promise.resolve();
        return currentRequestId() === id;
      }),
    ),
  );
  expect(seen).toEqual([true, true]);
  expect(currentRequestId()).toBeUndefined();
});

it('currentRequestId is undefined in runWithoutRequestId, also in a timer set there, and the same again after it', async () => {
  const seen = await runWithRequestId('r1', async () => {
    const timer = Promise.withResolvers<string | undefined>();
    runWithoutRequestId(() => setTimeout(() => timer.resolve(currentRequestId()), 0));
    return [runWithoutRequestId(currentRequestId), await timer.promise, currentRequestId()];
  });
  expect(seen).toEqual([undefined, undefined, 'r1']);
});

it('runWithoutRequestId leaves the span of the request, also in a timer set there', async () => {
  const recorder = recordSpans();
  try {
    const { inside, outside, later } = await inSpan('request', {}, async () => {
      const timer = Promise.withResolvers<unknown>();
      runWithoutRequestId(() => setTimeout(() => timer.resolve(currentSpanContext()), 0));
      return {
        inside: currentSpanContext(),
        outside: runWithoutRequestId(currentSpanContext),
        later: await timer.promise,
      };
    });
    expect({ inside, outside, later }).toEqual({
      inside: recorder.only('request').spanContext(),
      outside: undefined,
      later: undefined,
    });
  } finally {
    recorder.stop();
  }
});

it('currentRequestId is the same in every copy of this module', async () => {
  const copyUrl: string = new URL('./request-id.ts?copy', import.meta.url).href;
  const copy: unknown = await import(copyUrl);
  expect(copy).not.toBe(await import('./request-id.ts'));
  const { currentRequestId: seenByCopy } = copy as { currentRequestId: typeof currentRequestId };
  expect(runWithRequestId('shared', () => seenByCopy())).toBe('shared');
});

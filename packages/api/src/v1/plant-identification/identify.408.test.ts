import { CONTENT_TYPE, file, makeUpload } from '@plantcommunity/http/testing';
import { describe, expect, it } from 'vitest';
import { apiUnderTest } from '../../testing/api-under-test.ts';
import { transports } from '../../testing/transports.ts';

const DETAIL = 'The upload stalled: less than 8 kB/s arrived over 20 seconds. It is not counted against your limit.';

/** The beginning of an upload whose rest never arrives; `begun` resolves once it has been read. */
function stalling() {
  const { promise: begun, resolve } = Promise.withResolvers<void>();
  const beginning = makeUpload(file(Buffer.alloc(5_000))).subarray(0, 2_000);
  let isSent = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (isSent) return resolve();
        isSent = true;
        controller.enqueue(beginning);
        return undefined;
      },
    },
    { highWaterMark: 0 },
  );
  return { begun, body };
}

describe.each(transports)('identify answers 408 over %s', (_name, identify) => {
  it.each(['v1', 'legacy'] as const)('to an upload that stalls for 20 seconds, in %s', async (namespace) => {
    const { api, asked, clock } = apiUnderTest();
    const { begun, body } = stalling();
    const answer = identify(api, { namespace, body, headers: { 'Content-Type': CONTENT_TYPE } });
    await begun;
    clock.advance(20_000);
    expect(await answer).toMatchObject({ status: 408, detail: DETAIL });
    expect(asked).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('and refunds the call', async () => {
    const { api, clock } = apiUnderTest();
    const { begun, body } = stalling();
    const answer = identify(api, { body, headers: { 'Content-Type': CONTENT_TYPE } });
    await begun;
    clock.advance(20_000);
    const { code, headers } = await answer;
    expect(code).toBe('upload_stalled');
    expect(headers.get('x-ratelimit-remaining')).toBe('10');
  });
});

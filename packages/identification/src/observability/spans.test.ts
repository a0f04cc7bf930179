import { inSpan } from '@plantcommunity/telemetry';
import { recordSpans, type SpanRecorder } from '@plantcommunity/telemetry/testing/spans';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_REDIS, request, type ScriptedClient, testFlow } from '../identify/testing/test-flow.ts';
import { ProviderError } from '../providers/provider-error.ts';

let recorder: SpanRecorder;
beforeEach(() => {
  recorder = recordSpans();
});
afterEach(() => recorder.stop());

type Ended = ReturnType<SpanRecorder['ended']>[number];

const idOf = (span: Ended) => span.spanContext().spanId;

/** Returns the ended spans below `parent` with the attributes in `keys`, one line each, sorted. */
function childrenOf(parent: Ended, ...keys: string[]): string[] {
  return recorder
    .ended()
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === idOf(parent))
    .map(({ attributes, name }) =>
      [name, ...keys.flatMap((key) => (attributes[key] === undefined ? [] : JSON.stringify(attributes[key])))].join(
        ' ',
      ),
    )
    .toSorted();
}

/** Returns the span `identify` right below the only span of that name. */
function identifyBelow(name: string): Ended {
  const parentId = idOf(recorder.only(name));
  const found = recorder
    .ended()
    .find((span) => span.name === 'identify' && span.parentSpanContext?.spanId === parentId);
  if (found === undefined) throw new Error(`no span identify below ${name}`);
  return found;
}

/** Makes calls wait for `release`; `sent` resolves at the first one. */
function holdCall(client: ScriptedClient) {
  const { answer } = client;
  const { promise: sent, resolve: send } = Promise.withResolvers<void>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  client.answer = async (...asked) => {
    send();
    await held;
    return answer(...asked);
  };
  return { sent, release };
}

/** Waits for so many photos: a request has joined a call once it has looked at the cache and had its photo normalized. */
async function photosNormalized(count: number): Promise<void> {
  while (recorder.ended().filter(({ name }) => name === 'photo.normalize').length < count) await Promise.resolve();
}

describe('an identification', () => {
  it('is one tree of spans: looks at the cache, leases, calls and photos', async () => {
    const { identify, settled } = await testFlow({ redisUrl: NO_REDIS });
    await inSpan('request', {}, () => identify(request({ options: { includeDiseases: true, organs: ['leaf'] } })));
    await settled();
    const identified = recorder.only('identify');
    expect(identified.parentSpanContext?.spanId).toBe(idOf(recorder.only('request')));
    expect(identified.attributes).toEqual({
      'plantcommunity.photos': 1,
      'plantcommunity.caller': 'anonymous',
      'plantcommunity.answer.cached': false,
      'plantcommunity.answer.stale': false,
      'plantcommunity.answer.partial': false,
    });
    expect(childrenOf(identified, 'plantcommunity.provider', 'plantcommunity.cache.hit')).toEqual([
      'cache.get "plant_id" false',
      'cache.get "plantnet" false',
      'lease.acquire "plant_id"',
      'lease.acquire "plantnet"',
      'photo.normalize',
      'provider.call "plant_id"',
      'provider.call "plantnet"',
    ]);
    expect(new Set(recorder.ended().map((span) => span.spanContext().traceId)).size).toBe(1);
    const call = recorder
      .ended()
      .find(({ attributes, name }) => name === 'provider.call' && attributes['plantcommunity.provider'] === 'plant_id');
    expect(call?.attributes).toEqual({
      'plantcommunity.provider': 'plant_id',
      'http.request.method': 'POST',
      'server.address': 'plant_id.example',
      'server.port': 443,
    });
  });

  it('out of the cache has spans of the looks alone', async () => {
    const { identify } = await testFlow({ redisUrl: NO_REDIS });
    await identify(request());
    await inSpan('request', {}, () => identify(request()));
    const again = recorder.ended().find((span) => span.name === 'identify' && span.parentSpanContext !== undefined);
    expect(again?.attributes).toMatchObject({ 'plantcommunity.answer.cached': true });
    expect(
      again && childrenOf(again, 'plantcommunity.provider', 'plantcommunity.cache.hit', 'plantcommunity.cache.tier'),
    ).toEqual(['cache.get "plant_id" true "memory"', 'cache.get "plantnet" true "memory"']);
  });

  it('that shares the call of another one has no call of its own, and a link to that one', async () => {
    const { identify, providers } = await testFlow({ off: 'plantnet', redisUrl: NO_REDIS });
    const call = holdCall(providers.plant_id);
    const first = inSpan('first', {}, () => identify(request()));
    await call.sent;
    const second = inSpan('second', {}, () => identify(request()));
    await photosNormalized(2);
    call.release();
    await Promise.all([first, second]);
    const [leading, joined] = [identifyBelow('first'), identifyBelow('second')];
    expect(recorder.only('provider.call').parentSpanContext?.spanId).toBe(idOf(leading));
    expect(childrenOf(joined)).toEqual(['cache.get', 'photo.normalize']);
    expect(joined.links.map(({ context }) => context.spanId)).toEqual([idOf(leading)]);
    expect(leading.links).toEqual([]);
  });

  it('that shares the call of one whose caller has left has a link to that one, too', async () => {
    const { identify, providers } = await testFlow({ off: 'plantnet', redisUrl: NO_REDIS });
    const call = holdCall(providers.plant_id);
    const leaving = new AbortController();
    const first = inSpan('first', {}, () => identify(request({ signal: leaving.signal })));
    await call.sent;
    leaving.abort();
    await expect(first).rejects.toThrow('aborted');
    const second = inSpan('second', {}, () => identify(request()));
    await photosNormalized(2);
    call.release();
    await second;
    const left = identifyBelow('first');
    expect(recorder.only('provider.call').parentSpanContext?.spanId).toBe(idOf(left));
    expect(identifyBelow('second').links.map(({ context }) => context.spanId)).toEqual([idOf(left)]);
  });

  it('whose call failed says how, in the words of the log, and quotes nothing', async () => {
    const { identify, providers } = await testFlow({ redisUrl: NO_REDIS });
    providers.plantnet.answer = () =>
      Promise.reject(new ProviderError('plantnet', 'failed', 'HTTP 502: some body', { status: 502 }));
    await identify(request());
    const failed = recorder.ended().find(({ attributes }) => attributes['error.type'] === 'http_502');
    expect(failed).toMatchObject({
      name: 'provider.call',
      status: { code: 2 },
      events: [],
      attributes: { 'plantcommunity.provider': 'plantnet', 'http.response.status_code': 502 },
    });
    expect(recorder.only('identify')).toMatchObject({
      status: { code: 0 },
      attributes: { 'plantcommunity.answer.partial': true },
    });
  });

  it('has no hash, name or place of a photo and no caller in its spans', async () => {
    const { identify, settled } = await testFlow({ redisUrl: NO_REDIS });
    const asked = request({
      ownerId: 'owner-7hF3kQ9x',
      subject: 'user:7hF3kQ9x',
      address: '203.0.113.7',
      options: { includeDiseases: true, organs: [], location: { latitude: 51.4779, longitude: -0.0015 } },
    });
    await identify(asked);
    await settled();
    const text = JSON.stringify(recorder.ended().map(({ attributes, name, events }) => ({ attributes, name, events })));
    for (const secret of [
      '7hF3kQ9x',
      '203.0.113.7',
      '51.',
      asked.photos[0]?.hash.slice(0, 8),
      'leaf.jpg',
      'some-key',
    ]) {
      expect(text).not.toContain(secret);
    }
    expect(text).toContain('"plantcommunity.caller":"user"');
  });
});

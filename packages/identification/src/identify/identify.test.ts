import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { KEPT_REQUEST_LINES, keptLineOf } from '../observability/testing/kept-lines.ts';
import { uploaded } from '../photos/testing/uploaded-photo.ts';
import { ProviderError, type ProviderErrorType } from '../providers/provider-error.ts';
import type { ProviderAnswer } from '../types.ts';
import { BUSY, PLANTNET_ANSWER, request, testFlow } from './testing/test-flow.ts';

const failing = (type: ProviderErrorType, retryAfterMs?: number) => async (): Promise<ProviderAnswer> => {
  throw new ProviderError('plant_id', type, 'as scripted', { retryAfterMs });
};

describe('one identification', () => {
  it('calls both providers once with normalized photos and merges the answers', async () => {
    const { decodes, identify, providers, saved } = await testFlow();
    const asked = request();
    const identification = await identify(asked);
    expect(identification).toMatchObject({
      isPlant: true,
      confidence: 0.95,
      partial: false,
      cached: false,
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'answered' } },
    });
    expect(identification.suggestions[0]?.sources).toHaveLength(2);
    expect(providers.plant_id.calls[0]?.photos.map(String)).toEqual([`prepared ${asked.photos[0]?.hash}`]);
    expect({
      plantId: providers.plant_id.calls.length,
      plantNet: providers.plantnet.calls.length,
      decodes: decodes.length,
      saved: saved.length,
    }).toEqual({ plantId: 1, plantNet: 1, decodes: 1, saved: 0 });
  });

  it('answers the same photo from the cache, without a decode', async () => {
    const { decodes, identify, providers } = await testFlow();
    await identify(request());
    const again = await identify(request());
    expect(again.cached).toBe(true);
    expect({ plantId: providers.plant_id.calls.length, decodes: decodes.length }).toEqual({ plantId: 1, decodes: 1 });
  });

  it('logs the kept lines about the upload and the duration of the Plant.id call', async () => {
    const lines: string[] = [];
    const { clock, identify, providers } = await testFlow({
      logger: createLogger({ level: 'info', destination: { write: (line) => lines.push(line) } }),
    });
    const { answer } = providers.plant_id;
    providers.plant_id.answer = (...asked) => {
      clock.advance(1_234);
      return answer(...asked);
    };
    await identify(request());
    const written = lines.map((line) => {
      const { level, msg } = JSON.parse(line) as { level: string; msg: string };
      return `${level} ${msg}`;
    });
    expect(written).toContain('info [UPLOAD] Magic bytes validation: image/jpeg');
    expect(written).toContain('info [PERF] Plant.id identification successful in 1.23s');
    expect(written.map(keptLineOf)).toEqual(expect.arrayContaining([...KEPT_REQUEST_LINES]));
  });

  it('logs how a provider failed, with the error', async () => {
    const lines: string[] = [];
    const { identify, providers } = await testFlow({
      logger: createLogger({ level: 'warn', destination: { write: (line) => lines.push(line) } }),
    });
    providers.plantnet.answer = () =>
      Promise.reject(new ProviderError('plantnet', 'failed', 'HTTP 500', { status: 500 }));
    await identify(request());
    const logged = lines.find((line) => line.includes('A provider did not answer')) ?? '{}';
    expect(JSON.parse(logged)).toMatchObject({
      provider: 'plantnet',
      failure: 'failed',
      err: { name: 'ProviderError', status: 500 },
    });
  });

  it('does not call Pl@ntNet again for an option that only Plant.id is sent', async () => {
    const { identify, providers } = await testFlow();
    await identify(request());
    await identify(request({ options: { includeDiseases: false, organs: [] } }));
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 2,
      plantNet: 1,
    });
  });

  it('calls a provider in its default language, once for all languages that it does not support', async () => {
    const { identify, providers } = await testFlow();
    const speaking = (language: string) => request({ options: { includeDiseases: true, organs: [], language } });
    await identify(speaking('tlh'));
    await identify(speaking('xx'));
    await identify(speaking('de'));
    expect(providers.plant_id.calls.map(({ options }) => options.language)).toEqual([undefined, 'de']);
  });

  it('rounds locations to 0.1 degree before they are sent and stored, so that neighbours share an answer', async () => {
    const { identify, providers } = await testFlow();
    const at = (latitude: number, longitude: number) =>
      request({ options: { includeDiseases: true, organs: [], location: { latitude, longitude } } });
    await identify(at(49.20941, 16.61));
    await identify(at(49.1873, 16.5701));
    expect(providers.plant_id.calls.map(({ options }) => options.location)).toEqual([
      { latitude: 49.2, longitude: 16.6 },
    ]);
  });

  it('makes one call for a hundred concurrent requests', async () => {
    const { identify, providers } = await testFlow();
    const answering = Promise.withResolvers<void>();
    providers.plant_id.answer = async () => {
      await answering.promise;
      return {
        provider: 'plant_id',
        isPlant: true,
        candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.9, images: [] }],
      };
    };
    const answers = Array.from({ length: 100 }, () => identify(request()));
    answering.resolve();
    expect(new Set((await Promise.all(answers)).map(({ suggestions }) => suggestions[0]?.scientificName))).toEqual(
      new Set(['Aloe vera']),
    );
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 1,
    });
  });

  it('does not abort the call of others when a caller leaves', async () => {
    const { identify, providers } = await testFlow();
    const answering = Promise.withResolvers<ProviderAnswer>();
    let ended = false;
    providers.plantnet.answer = (_, signal) => {
      signal.addEventListener('abort', () => (ended = true));
      return answering.promise;
    };
    const leaving = new AbortController();
    const left = identify(request({ signal: leaving.signal }));
    const stays = identify(request());
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    answering.resolve(PLANTNET_ANSWER);
    expect((await stays).partial).toBe(false);
    expect({ ended, plantNet: providers.plantnet.calls.length }).toEqual({ ended: false, plantNet: 1 });
  });

  it.each([
    ['failed', 'failed'],
    ['rejected', 'failed'],
    ['timeout', 'timeout'],
    ['quota', 'quota'],
    ['misconfigured', 'misconfigured'],
  ] as const)(
    'answers with the other provider when one is %s, and asks only the missing one next time',
    async (type, status) => {
      const { identify, providers } = await testFlow();
      providers.plant_id.answer = failing(type);
      const partial = await identify(request());
      expect(partial).toMatchObject({
        partial: true,
        confidenceSource: 'plantnet',
        providers: { plant_id: { status }, plantnet: { status: 'answered' } },
      });
      await identify(request());
      expect(providers.plantnet.calls).toHaveLength(1);
    },
  );

  it('has retryAfterMs already on the call whose failure opened the circuit', async () => {
    const { identify, providers } = await testFlow({ off: 'plantnet' });
    providers.plant_id.answer = failing('failed');
    const refusals: unknown[] = [];
    for (let seed = 1; seed <= 3; seed += 1)
      await identify(request({}, seed)).catch((error: unknown) => refusals.push(error));
    expect(refusals).toMatchObject([
      { retryAfterMs: undefined },
      { retryAfterMs: undefined },
      { retryAfterMs: 60_000 },
    ]);
  });

  it('does not call a provider that is out of credits until its retry time', async () => {
    const { clock, identify, providers } = await testFlow();
    providers.plant_id.answer = failing('quota', 5_000);
    await identify(request());
    await identify(request({}, 2));
    expect(providers.plant_id.calls).toHaveLength(1);
    clock.advance(5_001);
    await identify(request({}, 3));
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('does not call a provider that rejects the API key until a free probe succeeds', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer } = providers.plant_id;
    providers.plant_id.answer = failing('misconfigured');
    await identify(request());
    providers.plant_id.answer = answer;
    await identify(request({}, 2));
    expect({ plantId: providers.plant_id.calls.length, probes: providers.plant_id.probes }).toEqual({
      plantId: 1,
      probes: 0,
    });
    clock.advance(60_000);
    await identify(request({}, 3));
    expect(providers.plant_id.probes).toBe(1);
    expect((await identify(request({}, 4))).partial).toBe(false);
  });

  it('is rejected before a decode once both circuits are open, with retryAfterMs', async () => {
    const { decodes, identify, providers } = await testFlow();
    providers.plant_id.answer = failing('failed');
    providers.plantnet.answer = failing('failed');
    for (let seed = 1; seed <= 3; seed += 1) {
      await expect(identify(request({}, seed))).rejects.toMatchObject({
        code: 'providers_resting',
        provider: undefined,
      });
    }
    const before = decodes.length;
    const refused = await identify(request({}, 9)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(IdentificationError);
    expect(refused).toMatchObject({ retryAfterMs: 60_000 });
    expect(decodes.length - before).toBe(0);
    expect(providers.plant_id.calls).toHaveLength(3);
  });

  it('names the one provider that is on when it cannot answer', async () => {
    const { identify, providers } = await testFlow({ off: 'plantnet' });
    providers.plant_id.answer = failing('failed');
    await expect(identify(request())).rejects.toMatchObject({ code: 'providers_resting', provider: 'plant_id' });
  });

  it('counts a provider without a key neither as missing nor as partial', async () => {
    const { identify } = await testFlow({ off: 'plant_id' });
    expect(await identify(request())).toMatchObject({ partial: false, providers: { plant_id: { status: 'off' } } });
  });

  it('ends at its deadline with the answers so far', async () => {
    const { clock, identify, providers, service } = await testFlow();
    providers.plant_id.answer = () => new Promise(() => undefined);
    const asked = request();
    const answer = identify(asked);
    for await (const { type } of service.progress(asked.requestId, undefined, new AbortController().signal)) {
      if (type === 'answered') break;
    }
    clock.advance(45_000);
    expect(await answer).toMatchObject({ partial: true, providers: { plant_id: { status: 'timeout' } } });
  });

  it('rejects a bad file before the cache look-up', async () => {
    const { identify, providers } = await testFlow();
    const text = uploaded(Buffer.from('these are words, and no photo'), {
      name: 'photo.jpg',
      declaredType: 'image/jpeg',
    });
    await expect(identify(request({ photos: [text] }))).rejects.toMatchObject({ code: 'photo_type', photo: 0 });
    expect(providers.plant_id.calls).toHaveLength(0);
  });
});

describe('a photo that cannot be normalized', () => {
  it('rejects every request that waits for it, without an unhandled rejection', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    const { identify } = await testFlow({ decodeError: BUSY });
    const answers = await Promise.allSettled([identify(request()), identify(request())]);
    await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    const reason = { code: 'busy', retryAfterMs: 5_000 };
    expect(answers).toMatchObject([{ reason }, { reason }]);
    expect(unheard).toEqual([]);
  });

  it('leaves half of the concurrent provider calls to other addresses', async () => {
    const { identify, providers } = await testFlow();
    const { promise, resolve } = Promise.withResolvers<ProviderAnswer>();
    providers.plantnet.answer = () => promise;
    const asked = (account: string, address: string, seed: number) =>
      identify(request({ subject: `user:${account}`, address: `address:${address}` }, seed));
    const first = asked('anna', 'here', 1);
    await expect.poll(() => providers.plantnet.calls.length).toBe(1);
    const second = await asked('bob', 'here', 2);
    expect(second.providers).toMatchObject({ plant_id: { status: 'answered' }, plantnet: { status: 'busy' } });
    const third = asked('cora', 'there', 3);
    await expect.poll(() => providers.plantnet.calls.length).toBe(2);
    resolve(PLANTNET_ANSWER);
    expect((await Promise.all([first, third])).map(({ partial }) => partial)).toEqual([false, false]);
  });

  it('is rejected with overShare when the photos of the caller fill its share', async () => {
    const { identify } = await testFlow({
      decodeError: new IdentificationError('busy', 'Full.', { overShare: true }),
    });
    await expect(identify(request())).rejects.toMatchObject({ code: 'busy', overShare: true });
  });

  it('is ended for a caller that leaves, and goes on for one that asked the same', async () => {
    const { decodes, decoding, identify } = await testFlow();
    const decoded = Promise.withResolvers<void>();
    decoding.until = decoded.promise;
    const leaving = new AbortController();
    const left = identify(request({ signal: leaving.signal })).catch((error: unknown) => error);
    const stayed = identify(request());
    await expect.poll(() => decodes).toHaveLength(2);
    leaving.abort();
    expect(await left).toBeInstanceOf(Error);
    decoded.resolve();
    expect(await stayed).toMatchObject({ partial: false });
  });

  it('counts for the subject of the request; photos for storage are decoded in the background', async () => {
    const { identify, storedPhotos, owners } = await testFlow();
    await identify(request({ subject: 'address:203.0.113.7' }));
    await identify(request({ ownerId: 'gardener', subject: 'user:gardener', address: 'address:203.0.113.7' }));
    await expect.poll(() => storedPhotos.get('ID1')).toHaveLength(1);
    expect(owners).toEqual([
      { subject: 'address:203.0.113.7', background: false },
      { subject: 'user:gardener', address: 'address:203.0.113.7', background: true },
    ]);
  });

  it('does not lose the cached answer of one provider; the other one is reported as busy', async () => {
    const { identify, storedPhotos, providers, decoding, saved } = await testFlow();
    providers.plantnet.answer = failing('failed');
    await identify(request());
    decoding.error = BUSY;
    expect(await identify(request({ ownerId: 'gardener' }))).toMatchObject({
      id: 'ID1',
      partial: true,
      cached: true,
      confidence: 0.95,
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'busy' } },
    });
    expect(saved[0]?.photos[0]).not.toHaveProperty('normalized');
    expect(storedPhotos.has('ID1')).toBe(false);
  });
});

describe('a paid call', () => {
  it('is recalled by its id when its answer was lost, until the answer is cached', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer, recallIds } = providers.plant_id;
    providers.plant_id.answer = failing('timeout');
    const sentAt = clock.now();
    await identify(request());
    clock.advance(1_000);
    providers.plant_id.answer = answer;
    expect(await identify(request())).toMatchObject({ partial: false, cached: false });
    const [first, second] = recallIds;
    expect(first).toEqual({ customId: expect.any(Number) as number });
    expect(second).toEqual({ customId: first?.customId, sentAt });
  });

  it('has one recall id per question; calls of Pl@ntNet have none', async () => {
    const { identify, providers } = await testFlow();
    await identify(request());
    await identify(request({}, 2));
    expect(new Set(providers.plant_id.recallIds.map((recallId) => recallId?.customId)).size).toBe(2);
    expect(providers.plantnet.recallIds).toEqual([undefined, undefined]);
  });

  it('is one call to the circuit, recalled or not', async () => {
    const { providerCalls, identify, providers } = await testFlow();
    providers.plant_id.answer = failing('timeout');
    await identify(request());
    await identify(request());
    expect(providerCalls.filter(({ provider }) => provider === 'plant_id').map(({ outcome }) => outcome)).toEqual([
      'timeout',
      'timeout',
    ]);
  });
});

describe('a stale answer', () => {
  const DAY = 86_400_000;
  const poor: ProviderAnswer = {
    provider: 'plant_id',
    isPlant: true,
    candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.2, images: [] }],
  };

  it('replaces that of a failing provider, and is marked as stale', async () => {
    const { clock, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = failing('failed');
    expect(await identify(request())).toMatchObject({
      stale: true,
      cached: false,
      partial: false,
      confidence: 0.95,
      providers: { plant_id: { status: 'answered' } },
    });
  });

  it('is served for half a minute before the provider is called again', async () => {
    const { clock, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = failing('failed');
    await identify(request());
    expect(await identify(request())).toMatchObject({ stale: true, cached: true });
    expect(providers.plant_id.calls).toHaveLength(2);
    clock.advance(30_000);
    await identify(request());
    expect(providers.plant_id.calls).toHaveLength(3);
  });

  it('replaces that of a provider with an open circuit, before a decode', async () => {
    const { clock, decodes, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = failing('failed');
    providers.plantnet.answer = failing('failed');
    for (let seed = 2; seed <= 4; seed += 1)
      await expect(identify(request({}, seed))).rejects.toMatchObject({ code: 'providers_resting' });
    const before = decodes.length;
    expect(await identify(request())).toMatchObject({ stale: true, cached: true, partial: false });
    expect(decodes).toHaveLength(before);
  });

  it('is served when the deadline comes first', async () => {
    const { clock, identify, providers, service } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = () => new Promise(() => undefined);
    const asked = request();
    const answer = identify(asked);
    for await (const { type } of service.progress(asked.requestId, undefined, new AbortController().signal)) {
      if (type === 'answered') break;
    }
    clock.advance(45_000);
    expect(await answer).toMatchObject({ stale: true, partial: false, confidence: 0.95 });
  });

  it('is not replaced by a poorer one', async () => {
    const { clock, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = async () => poor;
    expect(await identify(request())).toMatchObject({ stale: true, confidence: 0.95 });
    await identify(request());
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('with a low probability lives for an hour, and is replaced by a better one', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer } = providers.plant_id;
    providers.plant_id.answer = async () => poor;
    expect(await identify(request())).toMatchObject({ confidence: 0.2, stale: false });
    clock.advance(3_600_000);
    providers.plant_id.answer = answer;
    expect(await identify(request())).toMatchObject({ confidence: 0.95, stale: false });
  });
});

describe('storing an identification', () => {
  it('stores the answer and its normalized photos for the owner', async () => {
    const { identify, saved } = await testFlow();
    const { id } = await identify(request({ ownerId: 'gardener' }));
    expect(id).toBe('ID1');
    expect(saved[0]).toMatchObject({
      ownerId: 'gardener',
      identification: { confidence: 0.95 },
      photos: [{ normalized: { width: 8 } }],
    });
  });

  it('is refused before anything is asked once the photos of the owner use all the space', async () => {
    const { identify, providers, saved, space } = await testFlow();
    space.used = 999;
    await identify(request({ ownerId: 'gardener' }));
    space.used = 1_000;
    const refused = identify(request({ ownerId: 'gardener' }));
    await expect(refused).rejects.toMatchObject({ code: 'photo_space_full', used: 1_000, max: 1_000 });
    await identify(request());
    expect({ saved: saved.length, calls: providers.plant_id.calls.length }).toEqual({ saved: 1, calls: 1 });
  });

  it('stores what a provider keeps of it, until the cached answer has ended, and never shows it', async () => {
    const { clock, identify, providers, saved } = await testFlow();
    const { plant_id: plantId } = providers;
    const answered = plantId.answer;
    plantId.answer = async (...asked) => ({ ...(await answered(...asked)), copyToken: 'token' });
    const answers = [await identify(request({ ownerId: 'gardener' }))];
    clock.advance(60_000);
    answers.push(await identify(request({ ownerId: 'neighbour' })));
    const copy = { provider: 'plant_id', origin: 'https://plant_id.example', token: 'token' };
    const keptUntil = saved.map(({ copies = [] }) => copies[0]?.keptUntil ?? 0);
    expect(saved.map(({ copies }) => copies)).toEqual(keptUntil.map((until) => [{ ...copy, keptUntil: until }]));
    expect((keptUntil[1] ?? 0) - (keptUntil[0] ?? 0)).toBe(60_000);
    expect(JSON.stringify([answers, saved.map(({ identification }) => identification)])).not.toContain('token');
  });

  it('stores a cache hit before it is answered, and its photo afterwards', async () => {
    const { identify, storedPhotos, saved } = await testFlow();
    await identify(request());
    await identify(request({ ownerId: 'gardener' }));
    expect(saved).toHaveLength(1);
    await expect.poll(() => storedPhotos.get('ID1')).toHaveLength(1);
  });

  it('gives an owner whose account was closed meanwhile an answer without id', async () => {
    const { decodes, identify, storedPhotos } = await testFlow({ closedAccount: 'gardener' });
    const fresh = await identify(request({ ownerId: 'gardener' }));
    expect(fresh).toMatchObject({ confidence: 0.95 });
    expect(fresh).not.toHaveProperty('id');
    expect(await identify(request({ ownerId: 'gardener' }))).not.toHaveProperty('id');
    expect(decodes).toHaveLength(1);
    expect(storedPhotos.size).toBe(0);
  });
});

describe('progress', () => {
  it('yields the steps in order to a follower that came before the request', async () => {
    const { follow, identify } = await testFlow();
    const asked = request();
    const followed = follow(asked.requestId);
    await identify(asked);
    const types = (await followed).map(({ type }) => type);
    expect(types[0]).toBe('received');
    expect(types.filter((type) => type === 'asking')).toHaveLength(2);
    expect(types.filter((type) => type === 'answered')).toHaveLength(2);
    expect(types.slice(-2)).toEqual(['comparing', 'done']);
  });

  it('yields the first answer before the second one arrives', async () => {
    const { identify, providers, service } = await testFlow();
    const late = Promise.withResolvers<ProviderAnswer>();
    providers.plant_id.answer = () => late.promise;
    const asked = request();
    const answer = identify(asked);
    for await (const event of service.progress(asked.requestId, undefined, new AbortController().signal)) {
      if (event.type !== 'answered') continue;
      expect(event).toMatchObject({
        provider: 'plantnet',
        verdict: { suggestions: [{ scientificName: 'Monstera deliciosa' }] },
      });
      break;
    }
    late.resolve(PLANTNET_ANSWER);
    await answer;
  });

  it('yields no event to another user', async () => {
    const { follow, identify } = await testFlow();
    const asked = request({ ownerId: 'gardener' });
    await identify(asked);
    expect(await follow(asked.requestId, 'neighbour')).toEqual([]);
    expect(await follow(asked.requestId)).toEqual([]);
    expect(await follow(asked.requestId, 'gardener')).not.toEqual([]);
  });

  it('is dropped a minute after the answer', async () => {
    const { clock, identify, service } = await testFlow();
    const asked = request();
    await identify(asked);
    clock.advance(60_001);
    const leaving = new AbortController();
    const next = service.progress(asked.requestId, undefined, leaving.signal)[Symbol.asyncIterator]().next();
    leaving.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

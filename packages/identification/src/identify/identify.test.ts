import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { IdentificationError } from '../errors.ts';
import { uploaded } from '../photos/testing/uploaded-photo.ts';
import { ProviderError, type ProviderErrorType } from '../providers/provider-error.ts';
import type { ProviderAnswer } from '../types.ts';
import { BUSY, PLANTNET_ANSWER, request, testFlow } from './testing/test-flow.ts';

const failing = (type: ProviderErrorType, retryAfterMs?: number) => async (): Promise<ProviderAnswer> => {
  throw new ProviderError('plant_id', type, 'as scripted', { retryAfterMs });
};

describe('one identification', () => {
  it('asks both providers once with our own pictures and merges what they say', async () => {
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
    expect([providers.plant_id.calls.length, providers.plantnet.calls.length, decodes.length, saved.length]).toEqual([
      1, 1, 1, 0,
    ]);
  });

  it('answers the same photo from the cache, without a decode', async () => {
    const { decodes, identify, providers } = await testFlow();
    await identify(request());
    const again = await identify(request());
    expect(again.cached).toBe(true);
    expect([providers.plant_id.calls.length, decodes.length]).toEqual([1, 1]);
  });

  it('keeps the lines that operators look for: what was uploaded, and how long Plant.id took', async () => {
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
    const messages = lines.map((line) => String((JSON.parse(line) as { msg: unknown }).msg));
    expect(messages).toContain('[UPLOAD] Magic bytes validation: image/jpeg');
    expect(messages).toContain('[PERF] Plant.id identification successful in 1.23s');
  });

  it('does not ask Pl@ntNet again because of an option that only Plant.id is sent', async () => {
    const { identify, providers } = await testFlow();
    await identify(request());
    await identify(request({ options: { includeDiseases: false, organs: [] } }));
    expect([providers.plant_id.calls.length, providers.plantnet.calls.length]).toEqual([2, 1]);
  });

  it('asks a provider that does not know the language in its default, once for all such languages', async () => {
    const { identify, providers } = await testFlow();
    const speaking = (language: string) => request({ options: { includeDiseases: true, organs: [], language } });
    await identify(speaking('tlh'));
    await identify(speaking('xx'));
    await identify(speaking('de'));
    expect(providers.plant_id.calls.map(({ options }) => options.language)).toEqual([undefined, 'de']);
  });

  it('tells nobody more of a place than 0.1 degree, and takes neighbours for the same place', async () => {
    const { identify, providers } = await testFlow();
    const at = (latitude: number, longitude: number) =>
      request({ options: { includeDiseases: true, organs: [], location: { latitude, longitude } } });
    await identify(at(49.20941, 16.61));
    await identify(at(49.1873, 16.5701));
    expect(providers.plant_id.calls.map(({ options }) => options.location)).toEqual([
      { latitude: 49.2, longitude: 16.6 },
    ]);
  });

  it('makes one call for a hundred who ask at once', async () => {
    const { identify, providers } = await testFlow();
    const gate = Promise.withResolvers<void>();
    providers.plant_id.answer = async () => {
      await gate.promise;
      return {
        provider: 'plant_id',
        isPlant: true,
        candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.9, images: [] }],
      };
    };
    const answers = Array.from({ length: 100 }, () => identify(request()));
    gate.resolve();
    expect(new Set((await Promise.all(answers)).map(({ suggestions }) => suggestions[0]?.scientificName))).toEqual(
      new Set(['Aloe vera']),
    );
    expect([providers.plant_id.calls.length, providers.plantnet.calls.length]).toEqual([1, 1]);
  });

  it('lets a caller leave without ending the call for the others', async () => {
    const { identify, providers } = await testFlow();
    const gate = Promise.withResolvers<ProviderAnswer>();
    let ended = false;
    providers.plantnet.answer = (_, signal) => {
      signal.addEventListener('abort', () => (ended = true));
      return gate.promise;
    };
    const leaving = new AbortController();
    const left = identify(request({ signal: leaving.signal }));
    const stays = identify(request());
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    gate.resolve(PLANTNET_ANSWER);
    expect((await stays).partial).toBe(false);
    expect([ended, providers.plantnet.calls.length]).toEqual([false, 1]);
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

  it('says when to come back on the very call whose failure opened the circuit', async () => {
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

  it('stops asking a provider that is out of credits until it may again', async () => {
    const { clock, identify, providers } = await testFlow();
    providers.plant_id.answer = failing('quota', 5_000);
    await identify(request());
    await identify(request({}, 2));
    expect(providers.plant_id.calls).toHaveLength(1);
    clock.advance(5_001);
    await identify(request({}, 3));
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('keeps a provider that refuses our key off until a free probe is good', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer } = providers.plant_id;
    providers.plant_id.answer = failing('misconfigured');
    await identify(request());
    providers.plant_id.answer = answer;
    await identify(request({}, 2));
    expect([providers.plant_id.calls.length, providers.plant_id.probes]).toEqual([1, 0]);
    clock.advance(60_000);
    await identify(request({}, 3));
    expect(providers.plant_id.probes).toBe(1);
    expect((await identify(request({}, 4))).partial).toBe(false);
  });

  it('rests after failures, and then refuses before anything is decoded, saying when to come back', async () => {
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

  it('gives up at its deadline, with what it has', async () => {
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

  it('refuses a bad file before looking for a kept answer', async () => {
    const { identify, providers } = await testFlow();
    const text = uploaded(Buffer.from('these are words, and no photo'), {
      name: 'photo.jpg',
      declaredType: 'image/jpeg',
    });
    await expect(identify(request({ photos: [text] }))).rejects.toMatchObject({ code: 'photo_type', photo: 0 });
    expect(providers.plant_id.calls).toHaveLength(0);
  });
});

describe('a photo that cannot be prepared', () => {
  it('refuses the request of everybody who waits for it, and leaves no failure that nobody hears', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    const { identify } = await testFlow({ intakeRefuses: BUSY });
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

  it('is refused with overShare when the photos of the caller fill its share', async () => {
    const { identify } = await testFlow({
      intakeRefuses: new IdentificationError('busy', 'Full.', { overShare: true }),
    });
    await expect(identify(request())).rejects.toMatchObject({ code: 'busy', overShare: true });
  });

  it('counts for the subject of the request, and decodes photos for storage in the background', async () => {
    const { identify, kept, owners } = await testFlow();
    await identify(request({ subject: 'address:203.0.113.7' }));
    await identify(request({ ownerId: 'gardener', subject: 'user:gardener', address: 'address:203.0.113.7' }));
    await expect.poll(() => kept.get('ID1')).toHaveLength(1);
    expect(owners).toEqual([
      { subject: 'address:203.0.113.7', background: false },
      { subject: 'user:gardener', address: 'address:203.0.113.7', background: true },
    ]);
  });

  it('costs nobody the answer that is known, and what it would have brought is named as missing', async () => {
    const { identify, kept, providers, reading, saved } = await testFlow();
    providers.plantnet.answer = failing('failed');
    await identify(request());
    reading.refuses = BUSY;
    expect(await identify(request({ ownerId: 'gardener' }))).toMatchObject({
      id: 'ID1',
      partial: true,
      cached: true,
      confidence: 0.95,
      providers: { plant_id: { status: 'answered' }, plantnet: { status: 'busy' } },
    });
    expect(saved[0]?.photos[0]).not.toHaveProperty('normalized');
    expect(kept.has('ID1')).toBe(false);
  });
});

describe('a paid call', () => {
  it('is asked about by its number when its answer was lost, until that is kept', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer, recallIds: tickets } = providers.plant_id;
    providers.plant_id.answer = failing('timeout');
    const sentAt = clock.now();
    await identify(request());
    clock.advance(1_000);
    providers.plant_id.answer = answer;
    expect(await identify(request())).toMatchObject({ partial: false, cached: false });
    const [first, second] = tickets;
    expect(first).toEqual({ customId: expect.any(Number) as number });
    expect(second).toEqual({ customId: first?.customId, sentAt });
  });

  it('has a number of its own for each question, and Pl@ntNet’s have none', async () => {
    const { identify, providers } = await testFlow();
    await identify(request());
    await identify(request({}, 2));
    expect(new Set(providers.plant_id.recallIds.map((ticket) => ticket?.customId)).size).toBe(2);
    expect(providers.plantnet.recallIds).toEqual([undefined, undefined]);
  });

  it('is one call to the circuit, however it is answered', async () => {
    const { asked, identify, providers } = await testFlow();
    providers.plant_id.answer = failing('timeout');
    await identify(request());
    await identify(request());
    expect(asked.filter(({ provider }) => provider === 'plant_id').map(({ outcome }) => outcome)).toEqual([
      'timeout',
      'timeout',
    ]);
  });
});

describe('an old answer', () => {
  const DAY = 86_400_000;
  const poor: ProviderAnswer = {
    provider: 'plant_id',
    isPlant: true,
    candidates: [{ scientificName: 'Aloe vera', commonNames: [], score: 0.2, images: [] }],
  };

  it('stands in for a provider that fails, and is told to be old', async () => {
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

  it('does so for half a minute before the provider is tried again', async () => {
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

  it('stands in for one that rests, before anything is decoded', async () => {
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

  it('stands in when the deadline comes first', async () => {
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

  it('is kept when the new one says less', async () => {
    const { clock, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(DAY);
    providers.plant_id.answer = async () => poor;
    expect(await identify(request())).toMatchObject({ stale: true, confidence: 0.95 });
    await identify(request());
    expect(providers.plant_id.calls).toHaveLength(2);
  });

  it('that says little is kept for an hour, and gives way', async () => {
    const { clock, identify, providers } = await testFlow();
    const { answer } = providers.plant_id;
    providers.plant_id.answer = async () => poor;
    expect(await identify(request())).toMatchObject({ confidence: 0.2, stale: false });
    clock.advance(3_600_000);
    providers.plant_id.answer = answer;
    expect(await identify(request())).toMatchObject({ confidence: 0.95, stale: false });
  });
});

describe('keeping', () => {
  it('stores for the owner what was answered, the pictures with it', async () => {
    const { identify, saved } = await testFlow();
    const { id } = await identify(request({ ownerId: 'gardener' }));
    expect(id).toBe('ID1');
    expect(saved[0]).toMatchObject({
      ownerId: 'gardener',
      identification: { confidence: 0.95 },
      photos: [{ normalized: { width: 8 } }],
    });
  });

  it('stores a hit before it is answered, and its picture afterwards', async () => {
    const { identify, kept, saved } = await testFlow();
    await identify(request());
    await identify(request({ ownerId: 'gardener' }));
    expect(saved).toHaveLength(1);
    await expect.poll(() => kept.get('ID1')).toHaveLength(1);
  });

  it('answers whoever closed the account meanwhile as it answers the anonymous', async () => {
    const { decodes, identify, kept } = await testFlow({ gone: 'gardener' });
    const fresh = await identify(request({ ownerId: 'gardener' }));
    expect(fresh).toMatchObject({ confidence: 0.95 });
    expect(fresh).not.toHaveProperty('id');
    expect(await identify(request({ ownerId: 'gardener' }))).not.toHaveProperty('id');
    expect(decodes).toHaveLength(1);
    expect(kept.size).toBe(0);
  });
});

describe('progress', () => {
  it('tells the steps in order to one who came before the request', async () => {
    const { follow, identify } = await testFlow();
    const asked = request();
    const told = follow(asked.requestId);
    await identify(asked);
    const types = (await told).map(({ type }) => type);
    expect(types[0]).toBe('received');
    expect(types.filter((type) => type === 'asking')).toHaveLength(2);
    expect(types.filter((type) => type === 'answered')).toHaveLength(2);
    expect(types.slice(-2)).toEqual(['comparing', 'done']);
  });

  it('tells the first answer before the second is there', async () => {
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

  it('is nothing to somebody else', async () => {
    const { follow, identify } = await testFlow();
    const asked = request({ ownerId: 'gardener' });
    await identify(asked);
    expect(await follow(asked.requestId, 'neighbour')).toEqual([]);
    expect(await follow(asked.requestId)).toEqual([]);
    expect(await follow(asked.requestId, 'gardener')).not.toEqual([]);
  });

  it('is forgotten a minute after the answer', async () => {
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

import { createLogger } from '@plantcommunity/telemetry';
import { describe, expect, it } from 'vitest';
import { request, testFlow } from './testing/test-flow.ts';

const gardener = { ownerId: 'gardener' };

describe('identify while the database is unavailable', () => {
  it('gives cached answers with filed: false, and pays for nothing', async () => {
    const { database, decodes, identify, providers, saved } = await testFlow();
    await identify(request());
    database.isUp = false;
    const kept = await identify(request(gardener));
    expect(kept).toMatchObject({ confidence: 0.95, cached: true, partial: false, filed: false });
    expect(kept).not.toHaveProperty('id');
    expect({
      calls: [providers.plant_id.calls.length, providers.plantnet.calls.length],
      decodes: decodes.length,
      saved: saved.length,
    }).toEqual({ calls: [1, 1], decodes: 1, saved: 0 });
    expect(await identify(request())).not.toHaveProperty('filed');
  });

  it('gives the cached answer of one provider without calling the other', async () => {
    const { database, identify, providers } = await testFlow();
    await identify(request());
    database.isUp = false;
    // Without diseases Plant.id is asked another question, Pl@ntNet the same.
    const answer = await identify(request({ ...gardener, options: { includeDiseases: false, organs: [] } }));
    expect(answer).toMatchObject({
      partial: true,
      filed: false,
      providers: { plant_id: { status: 'busy' }, plantnet: { status: 'answered' } },
    });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 1,
    });
  });

  it('gives stale answers without refreshing them', async () => {
    const { clock, database, identify, providers } = await testFlow();
    await identify(request());
    clock.advance(86_400_001);
    database.isUp = false;
    expect(await identify(request(gardener))).toMatchObject({ stale: true, cached: true, filed: false });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 1,
    });
  });

  it('rejects uncached questions at once, with a retry after 5 s', async () => {
    const { database, decodes, identify, providers } = await testFlow();
    database.isUp = false;
    await expect(identify(request(gardener))).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
    expect({
      plantId: providers.plant_id.calls.length,
      plantNet: providers.plantnet.calls.length,
      decodes: decodes.length,
    }).toEqual({ plantId: 0, plantNet: 0, decodes: 0 });
  });

  it('sends no call once the database is lost', async () => {
    const { database, identify, providers, decoding } = await testFlow();
    const read = Promise.withResolvers<void>();
    decoding.until = read.promise;
    const asked = identify(request(gardener));
    database.isUp = false;
    read.resolve();
    await expect(asked).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 0,
      plantNet: 0,
    });
  });
});

describe('identify for a caller who could not be confirmed', () => {
  const unconfirmed = { ...gardener, cachedOnly: true };

  it('gives cached answers, also when the database answers again, and saves nothing', async () => {
    const { identify, saved } = await testFlow();
    await identify(request());
    const kept = await identify(request(unconfirmed));
    expect(kept).toMatchObject({ confidence: 0.95, cached: true, filed: false });
    expect(kept).not.toHaveProperty('id');
    expect(saved).toEqual([]);
  });

  it('calls no provider and refreshes nothing', async () => {
    const { clock, decodes, identify, providers } = await testFlow();
    await expect(identify(request(unconfirmed))).rejects.toMatchObject({ code: 'busy', retryAfterMs: 5_000 });
    expect({
      plantId: providers.plant_id.calls.length,
      plantNet: providers.plantnet.calls.length,
      decodes: decodes.length,
    }).toEqual({ plantId: 0, plantNet: 0, decodes: 0 });
    await identify(request());
    clock.advance(86_400_001);
    expect(await identify(request(unconfirmed))).toMatchObject({ stale: true, cached: true, filed: false });
    expect({ plantId: providers.plant_id.calls.length, plantNet: providers.plantnet.calls.length }).toEqual({
      plantId: 1,
      plantNet: 1,
    });
  });
});

describe('an answer that cannot be saved to the history', () => {
  it.each([
    {
      name: 'for want of the database',
      fails: Object.assign(new Error('lost'), { code: 'database_unavailable' }),
      lines: 0,
    },
    { name: 'for a fault of ours', fails: new Error('no space left on device'), lines: 1 },
  ])('is given all the same: $name', async ({ fails, lines }) => {
    const log: string[] = [];
    const logger = createLogger({ level: 'warn', destination: { write: (line) => log.push(line) } });
    const { database, identify, providers } = await testFlow({ logger });
    database.fails = fails;
    const answer = await identify(request(gardener));
    expect(answer).toMatchObject({ confidence: 0.95, cached: false, filed: false });
    expect(answer).not.toHaveProperty('id');
    expect(log.filter((line) => line.includes('could not be saved'))).toHaveLength(lines);
    delete database.fails;
    expect(await identify(request(gardener))).toMatchObject({ id: 'ID1', cached: true });
    expect(providers.plant_id.calls).toHaveLength(1);
  });
});

import { plantId, plantNet } from '@plantcommunity/identification/providers';
import { systemClock } from '@plantcommunity/resilience';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSimulator, type Simulator } from './simulator.ts';
import { picture, plain } from './testing/pictures.ts';

const TIMEOUT = 5000;

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

function clients(apiKey = 'some-key') {
  const shared = { apiKey, timeoutMs: TIMEOUT, clock: systemClock };
  return {
    plantIdClient: plantId.createClient({ ...shared, baseUrl: simulator.plantIdBaseUrl }),
    plantNetClient: plantNet.createClient({ ...shared, baseUrl: simulator.plantNetBaseUrl }),
  };
}

async function request(...images: ReturnType<typeof picture>[]) {
  const photos = await Promise.all(images.map((image) => image.jpeg().toBuffer()));
  return { photos, options: { includeDiseases: true, organs: [], language: 'en' } };
}

const signal = new AbortController().signal;

test('the product’s own clients understand both services', async () => {
  const { plantIdClient, plantNetClient } = clients();
  const asked = await request(picture(1), picture(2));
  const one = await plantIdClient.identify(asked, signal);
  const other = await plantNetClient.identify(asked, signal);
  expect(one).toMatchObject({ isPlant: true, health: {}, care: { watering: {} } });
  expect(other).toMatchObject({ isPlant: true });
  const names = other.candidates.map(({ scientificName }) => scientificName);
  expect(names).toContain(one.candidates[0]?.scientificName);
  for (const { commonNames, family, genus } of [...one.candidates, ...other.candidates]) {
    expect(commonNames).toHaveLength(1);
    expect({ family, genus }).toEqual({ family: expect.any(String) as string, genus: expect.any(String) as string });
  }
  const again = await plantIdClient.identify(asked, signal);
  expect(again).toEqual({ ...one, copyToken: expect.not.stringMatching(one.copyToken ?? '') as string });
  expect(simulator.calls()).toEqual({ plant_id: { identify: 2, all: 2 }, plantnet: { identify: 1, all: 1 } });
});

test('the Plant.id client deletes the copy of an answer, which then cannot be recalled', async () => {
  const { plantIdClient } = clients();
  const asked = await request(picture(1));
  const recallId = { customId: 7, sentAt: Date.now() };
  const { copyToken = '' } = await plantIdClient.identify(asked, signal, { customId: 7 });
  expect(await plantIdClient.identify(asked, signal, recallId)).toMatchObject({ copyToken });
  for (let time = 0; time < 2; time++) await plantIdClient.deleteCopy?.(copyToken, signal);
  const bought = await plantIdClient.identify(asked, signal, recallId);
  expect(bought.copyToken).not.toBe(copyToken);
});

test('the Plant.id client rates an answer without a comment, also one that is gone', async () => {
  const { plantIdClient } = clients();
  const { copyToken = '' } = await plantIdClient.identify(await request(picture(1)), signal);
  for (const rating of ['right', 'not_this'] as const) await plantIdClient.rateAnswer?.(copyToken, rating, signal);
  const kept = await fetch(`${simulator.plantIdBaseUrl}/identification/${copyToken}`, {
    headers: { 'Api-Key': 'some-key' },
  });
  expect(await kept.json()).toMatchObject({ feedback: { rating: 1 } });
  await plantIdClient.deleteCopy?.(copyToken, signal);
  await plantIdClient.rateAnswer?.(copyToken, 'right', signal);
});

test('both clients report a picture without a plant as no plant', async () => {
  const { plantIdClient, plantNetClient } = clients();
  for (const image of [picture().grayscale(), plain('#3a7')]) {
    const asked = await request(image);
    expect(await plantIdClient.identify(asked, signal)).toMatchObject({ isPlant: false, candidates: [] });
    expect(await plantNetClient.identify(asked, signal)).toMatchObject({ isPlant: false, candidates: [] });
  }
});

test('the Pl@ntNet client rejects an unlisted project without an identification', async () => {
  const { plantNetClient } = clients();
  const rejected = async (project: string) =>
    await plantNetClient.rejects?.({ includeDiseases: true, organs: [], project }, signal);
  expect({ unlisted: await rejected('k-nowhere'), listed: await rejected('weeds') }).toEqual({
    unlisted: 'project',
    listed: undefined,
  });
  expect(simulator.calls().plantnet).toEqual({ identify: 0, all: 1 });
});

test('both clients read usage without an identification', async () => {
  const { plantIdClient, plantNetClient } = clients();
  expect(await plantIdClient.usage(signal)).toMatchObject({ windows: { total: { limit: 100_000, used: 0 } } });
  expect(await plantNetClient.usage(signal)).toEqual({ windows: { day: { limit: 500, used: 0 } }, exhausted: false });
  expect(simulator.calls()).toEqual({ plant_id: { identify: 0, all: 1 }, plantnet: { identify: 0, all: 1 } });
});

describe('the clients report', () => {
  test.each([
    [{ status: 500 }, 'failed'],
    [{ status: 403 }, 'misconfigured'],
    [{ status: 429 }, 'quota'],
  ])('a fault with %j as %s', async (fault, type) => {
    simulator.setFault({ provider: 'plant_id', ...fault });
    simulator.setFault({ provider: 'plantnet', ...fault });
    const { plantIdClient, plantNetClient } = clients();
    const asked = await request(picture());
    for (const client of [plantIdClient, plantNetClient]) {
      await expect(client.identify(asked, signal)).rejects.toMatchObject({ type });
      await expect(client.usage(signal)).rejects.toMatchObject({ type });
    }
  });

  test('missing credits as a quota error, and as used up in usage', async () => {
    simulator.setFault({ provider: 'plant_id', outOfCredits: true });
    simulator.setFault({ provider: 'plantnet', outOfCredits: true });
    const { plantIdClient, plantNetClient } = clients();
    const asked = await request(picture());
    for (const client of [plantIdClient, plantNetClient]) {
      await expect(client.identify(asked, signal)).rejects.toMatchObject({ type: 'quota' });
    }
    const { exhausted, windows } = await plantIdClient.usage(signal);
    expect({ exhausted, isUsedUp: windows.total?.limit === windows.total?.used }).toEqual({
      exhausted: true,
      isUsedUp: true,
    });
    expect(await plantNetClient.usage(signal)).toMatchObject({ windows: { day: { limit: 500, used: 500 } } });
  });

  test('the end of a used-up day as retryAfterMs', async () => {
    simulator.setFault({ provider: 'plantnet', outOfCredits: true });
    const refused = await clients()
      .plantNetClient.identify(await request(picture()), signal)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ type: 'quota', status: 429, retryAfterMs: expect.any(Number) as number });
  });

  test('an unknown key as misconfigured', async () => {
    const { plantIdClient, plantNetClient } = clients('bad-key');
    for (const client of [plantIdClient, plantNetClient]) {
      await expect(client.usage(signal)).rejects.toMatchObject({ type: 'misconfigured', status: 401 });
    }
  });
});

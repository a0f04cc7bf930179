import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { BreakType } from './faults.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { picture } from './testing/pictures.ts';

const BREAKAGES: readonly BreakType[] = ['hang', 'reset', 'malformed', 'truncated'];
const headers = { 'Api-Key': 'some-key' };

let simulator: Simulator;
beforeEach(async () => {
  simulator = await createSimulator();
});
afterEach(() => simulator.close());

async function identify(customId: number, signal?: AbortSignal): Promise<Response> {
  const images = [(await picture().jpeg().toBuffer()).toString('base64')];
  return await fetch(`${simulator.plantIdBaseUrl}/identification`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ images, custom_id: customId }),
    ...(signal && { signal }),
  });
}

/** Returns the text of a response; leaves a call that hangs. */
async function answerTo(breaks: BreakType, customId: number): Promise<string> {
  const client = new AbortController();
  const answer = identify(customId, client.signal)
    .then((response) => response.text())
    .catch(() => 'no answer');
  if (breaks === 'hang') {
    // oxlint-disable-next-line vitest/no-restricted-vi-methods -- an expect must not be conditional
    await vi.waitUntil(() => simulator.calls().plant_id.identify === 1, { timeout: 10_000 });
    client.abort();
  }
  return await answer;
}

async function statusOf(customId: number): Promise<number> {
  return (await fetch(`${simulator.plantIdBaseUrl}/identification/${customId}`, { headers })).status;
}

async function paid(): Promise<number> {
  const usage = await fetch(`${simulator.plantIdBaseUrl}/usage_info`, { headers });
  return z.object({ used: z.object({ total: z.number() }) }).parse(await usage.json()).used.total;
}

describe.each(BREAKAGES)('an identification with the fault %s', (breaks) => {
  test('is made and paid, and can be asked for again', async () => {
    simulator.setFault({ provider: 'plant_id', breaks });
    expect(await answerTo(breaks, 7)).not.toContain('COMPLETED');
    await expect.poll(() => statusOf(7)).toBe(200);
    expect(await paid()).toBe(1);
  });

  test('is not made when the fault comes before it', async () => {
    simulator.setFault({ provider: 'plant_id', breaks, before: true });
    expect(await answerTo(breaks, 7)).not.toContain('COMPLETED');
    expect({ status: await statusOf(7), paid: await paid() }).toEqual({ status: 404, paid: 0 });
  });

  test('meets the fault as often as `times` says', async () => {
    simulator.setFault({ provider: 'plant_id', breaks, times: 1 });
    await answerTo(breaks, 7);
    expect((await identify(8)).status).toBe(201);
  });
});

test('a hang ends after its latency', async () => {
  simulator.setFault({ provider: 'plant_id', breaks: 'hang', latencyMs: 1 });
  expect((await identify(7)).status).toBe(201);
});

test('a truncated response is shorter than its Content-Length', async () => {
  simulator.setFault({ provider: 'plant_id', breaks: 'truncated' });
  const answer = await identify(7);
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-length')).toMatch(/^\d+$/);
  await expect(answer.text()).rejects.toThrow('terminated');
});

test('a malformed response is a page with status 200', async () => {
  simulator.setFault({ provider: 'plantnet', breaks: 'malformed' });
  const answer = await fetch(`${simulator.plantNetBaseUrl}/identify/all?api-key=k`, { method: 'POST' });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('<html>');
});

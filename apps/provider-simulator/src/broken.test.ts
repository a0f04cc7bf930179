import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Breakage } from './faults.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { picture } from './testing/pictures.ts';

const BREAKAGES: readonly Breakage[] = ['hang', 'reset', 'malformed', 'truncated'];
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

/** Leaves a call that hangs; takes what any other says. */
async function answerTo(breaks: Breakage, customId: number): Promise<string> {
  const leaving = new AbortController();
  const answer = identify(customId, leaving.signal)
    .then((response) => response.text())
    .catch(() => 'no answer');
  if (breaks === 'hang') {
    await vi.waitUntil(() => simulator.calls().plant_id.identify === 1);
    leaving.abort();
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

describe.each(BREAKAGES)('an answer that breaks by %s', (breaks) => {
  test('was made and paid, and can be asked for again', async () => {
    simulator.setFault({ provider: 'plant_id', breaks });
    expect(await answerTo(breaks, 7)).not.toContain('COMPLETED');
    await expect.poll(() => statusOf(7)).toBe(200);
    expect(await paid()).toBe(1);
  });

  test('was not made when it breaks before', async () => {
    simulator.setFault({ provider: 'plant_id', breaks, before: true });
    expect(await answerTo(breaks, 7)).not.toContain('COMPLETED');
    expect([await statusOf(7), await paid()]).toEqual([404, 0]);
  });

  test('breaks for so many times', async () => {
    simulator.setFault({ provider: 'plant_id', breaks, times: 1 });
    await answerTo(breaks, 7);
    expect((await identify(8)).status).toBe(201);
  });
});

test('a hang ends when it is told to', async () => {
  simulator.setFault({ provider: 'plant_id', breaks: 'hang', latencyMs: 1 });
  expect((await identify(7)).status).toBe(201);
});

test('a truncated answer is short of its length', async () => {
  simulator.setFault({ provider: 'plant_id', breaks: 'truncated' });
  const answer = await identify(7);
  expect([answer.status, Number(answer.headers.get('content-length'))]).toEqual([201, expect.any(Number)]);
  await expect(answer.text()).rejects.toThrow('terminated');
});

test('a malformed answer is a page that says it is fine', async () => {
  simulator.setFault({ provider: 'plantnet', breaks: 'malformed' });
  const answer = await fetch(`${simulator.plantNetBaseUrl}/identify/all?api-key=k`, { method: 'POST' });
  expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<html>')]);
});

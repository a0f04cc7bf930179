import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Child } from './child.ts';
import { createCrew } from './crew.ts';

let now = 0;
beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A crew whose members take `takesMs` to end, if they are given the time, and what each was given. */
async function dismissed(takesMs: { web: number; redis: number }) {
  now = 0;
  const given: Record<string, number> = {};
  const child = (name: string, ms: number): Child => ({
    name,
    pid: 0,
    exited: Promise.resolve(0),
    isRunning: () => true,
    lines: (async function* () {})(),
    events: (async function* () {})(),
    async stop(graceMs) {
      given[name] = graceMs;
      now += Math.min(ms, graceMs);
    },
    kill: () => undefined,
  });
  const crew = createCrew({ add: () => undefined });
  crew.add(child('postgres', 100));
  crew.add(child('redis', takesMs.redis), 'redis');
  crew.add(child('web', takesMs.web), 'web');
  await crew.dismiss();
  return { given, ms: now };
}

test('Redis may save for as long as its keeper lets it, and all are gone within 5 s without requests in work', async () => {
  const { given, ms } = await dismissed({ web: 200, redis: 3_000 });
  expect(given['redis']).toBeGreaterThan(3_000);
  expect(given['postgres']).toBe(1_500);
  expect(ms).toBeLessThan(5_000);
});

test('Redis gets what requests in work have left, and all are gone within 10 s', async () => {
  expect((await dismissed({ web: 6_000, redis: 3_000 })).given).toEqual({ web: 8_000, redis: 3_500, postgres: 1_500 });
  const { given, ms } = await dismissed({ web: 60_000, redis: 60_000 });
  expect(given).toEqual({ web: 8_000, redis: 1_500, postgres: 1_500 });
  expect(ms).toBeLessThan(10_000);
});

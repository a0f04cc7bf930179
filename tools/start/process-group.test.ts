import { expect, test } from 'vitest';
import type { Child } from './child.ts';
import { createCrew } from './process-group.ts';

test('dismiss ends the last started process first and gives each the time it was added with', async () => {
  const ended: [name: string, graceMs: number][] = [];
  const child = (name: string, isRunning = true): Child => ({
    name,
    pid: 0,
    exited: Promise.resolve(0),
    isRunning: () => isRunning,
    ending: () => 'exited with code 0',
    lines: (async function* () {})(),
    events: (async function* () {})(),
    async stop(graceMs) {
      ended.push([name, graceMs]);
    },
    kill: () => undefined,
  });
  const crew = createCrew({ add: () => undefined });
  crew.add(child('postgres'));
  crew.add(child('redis'), 4_000);
  crew.add(child('migration', false));
  crew.add(child('web'), 43_000);

  await crew.dismiss();

  expect(ended).toEqual([
    ['web', 43_000],
    ['redis', 4_000],
    ['postgres', 1_500],
  ]);
});

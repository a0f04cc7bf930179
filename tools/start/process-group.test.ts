import { expect, test } from 'vitest';
import type { Child } from './child.ts';
import { createProcessGroup } from './process-group.ts';

test('`stop` ends the last started process first and gives each its own grace period', async () => {
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
  const group = createProcessGroup({ add: () => undefined });
  group.add(child('postgres'));
  group.add(child('redis'), 4_000);
  group.add(child('migration', false));
  group.add(child('web'), 43_000);

  await group.stop();

  expect(ended).toEqual([
    ['web', 43_000],
    ['redis', 4_000],
    ['postgres', 1_500],
  ]);
});

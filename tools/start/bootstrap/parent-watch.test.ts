import { describe, expect, test } from 'vitest';
import { isUnbroken, parentChain } from './parent-watch.mjs';

/** Processes by number: parent and command line. */
type Table = Readonly<Record<number, readonly [parent: number, command: string]>>;

const lookUpIn = (table: Table) => (pid: number) => {
  const entry = table[pid];
  return entry && { pid, parent: entry[0], command: entry[1], started: `at ${pid}` };
};

const fromTerminal: Table = {
  1: [0, '/sbin/init'],
  10: [1, '-bash'],
  11: [10, 'npm start'],
  12: [11, 'sh -c npx -y -p pnpm -c "node tools/start/bootstrap.mjs start"'],
  13: [12, 'npm exec pnpm'],
  14: [13, '/bin/sh -c node tools/start/bootstrap.mjs start'],
  15: [14, 'node tools/start/bootstrap.mjs start'],
};

const pids = (table: Table, pid: number) => parentChain(pid, lookUpIn(table)).map((link) => link.pid);

describe('`parentChain`', () => {
  test('ends at the topmost npm, without the terminal', () => {
    expect(pids(fromTerminal, 15)).toEqual([15, 14, 13, 12, 11]);
  });

  test('recognises npm by its script when it has no title, and shells that replaced themselves', () => {
    const table: Table = {
      11: [1, '/usr/bin/node /usr/lib/node_modules/npm/bin/npm-cli.js start'],
      13: [11, '/usr/bin/node /usr/lib/node_modules/npm/bin/npx-cli.js -y pnpm'],
      15: [13, 'node tools/start/bootstrap.mjs start'],
    };
    expect(pids(table, 15)).toEqual([15, 13, 11]);
  });

  test('is this process alone when no package runner started it', () => {
    const table: Table = { 1: [0, 'init'], 10: [1, 'bash'], 15: [10, 'node tools/start/bootstrap.mjs start'] };
    expect(pids(table, 15)).toEqual([15]);
  });

  test('ends at a process of another kind between two runs of npm', () => {
    const table: Table = { ...fromTerminal, 10: [9, 'node vitest.mjs'], 9: [8, 'sh -c vitest'], 8: [1, 'npm test'] };
    expect(pids(table, 15)).toEqual([15, 14, 13, 12, 11]);
  });
});

describe('`isUnbroken`', () => {
  const chain = parentChain(15, lookUpIn(fromTerminal));

  test('is true while each process has its first parent', () => {
    expect(isUnbroken(chain, lookUpIn(fromTerminal))).toBe(true);
  });

  test('is true when the terminal is closed', () => {
    expect(isUnbroken(chain, lookUpIn({ ...fromTerminal, 11: [1, 'npm start'] }))).toBe(true);
  });

  test.each([11, 12, 13, 14])('is false when %i ends and its child gets another parent', (gone) => {
    const table = Object.fromEntries(
      Object.entries(fromTerminal)
        .filter(([pid]) => Number(pid) !== gone)
        .map(([pid, [parent, command]]) => [pid, [parent === gone ? 1 : parent, command] as const]),
    );
    expect(isUnbroken(chain, lookUpIn(table))).toBe(false);
  });
});

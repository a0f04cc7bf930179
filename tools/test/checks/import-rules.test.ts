import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../root.ts';

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

/** Each file and what it imports. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  'apps/web/server.ts': ['../../packages/settings/src/index.ts'],
  'apps/web/src/app/page.tsx': ['../../../../packages/settings/src/index.ts', '../lib/format.ts'],
  'apps/web/src/lib/format.ts': [],
  'apps/new/src/main.ts': [],
  'apps/new/src/other.ts': ['./main.ts'],
  'packages/settings/src/index.ts': [],
  'packages/resilience/src/index.ts': ['./circuit/circuit.ts', './lease/lease.ts'],
  'packages/resilience/src/clock.ts': [],
  'packages/resilience/src/circuit/circuit.ts': ['../clock.ts', './events.ts', '../lease/owner.ts'],
  'packages/resilience/src/circuit/events.ts': [],
  'packages/resilience/src/circuit/types.ts': ['./state.ts'],
  'packages/resilience/src/circuit/state.ts': ['./types.ts'],
  'packages/resilience/src/lease/lease.ts': ['../circuit/events.ts', './owner.ts'],
  'packages/resilience/src/lease/owner.ts': ['../testing/fake-clock.ts'],
  'packages/resilience/src/lease/lease.test.ts': ['../testing/fake-clock.ts'],
  'packages/resilience/src/testing/fake-clock.ts': ['../../../db/src/index.ts'],
  'packages/db/src/index.ts': [],
};

let folder = '';
let violations: string[] = [];

function violationsOf(config: string): string[] {
  const args = ['--config', join(root, 'tools/test/checks', config), 'apps', 'packages', '--output-type', 'json'];
  const { stderr, stdout } = spawnSync(join(root, 'node_modules/.bin/depcruise'), args, {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const result = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  return result.summary.violations.map(({ from, rule, to }) => `${rule.name}: ${from} -> ${to}`);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plant-imports-'));
  for (const [file, imports] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(
      join(folder, file),
      `${imports.map((path) => `import type {} from '${path}';\n`).join('')}export {};\n`,
    );
  }
  violations = [...violationsOf('import-order.mjs'), ...violationsOf('folder-circles.mjs')];
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  [
    'a package above',
    'imports-of-packages-resilience: packages/resilience/src/testing/fake-clock.ts -> packages/db/src/index.ts',
  ],
  [
    'a package by its path',
    'package-by-its-name: packages/resilience/src/testing/fake-clock.ts -> packages/db/src/index.ts',
  ],
  [
    'the settings from a page',
    'settings-in-the-composition: apps/web/src/app/page.tsx -> packages/settings/src/index.ts',
  ],
  [
    'test code from product code',
    'no-test-code-in-the-product: packages/resilience/src/lease/owner.ts -> packages/resilience/src/testing/fake-clock.ts',
  ],
  ['anything in an unknown app', 'known-part: apps/new/src/other.ts -> apps/new/src/main.ts'],
  [
    'a type in a circle of files',
    'no-file-circle: packages/resilience/src/circuit/state.ts -> packages/resilience/src/circuit/types.ts',
  ],
  [
    'a folder in a circle of folders',
    'no-folder-circle: packages/resilience/src/circuit -> packages/resilience/src/lease',
  ],
])('an import of %s fails the check', (_, violation) => {
  expect(violations).toContain(violation);
});

test.each(['apps/web/server.ts', 'packages/resilience/src/index.ts', 'packages/resilience/src/lease/lease.test.ts'])(
  'imports of %s pass the check',
  (file) => {
    expect(
      violations.filter((violation) => violation.includes(`: ${file} ->`) && !violation.startsWith('package-by')),
    ).toEqual([]);
  },
);

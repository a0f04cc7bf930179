import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNode, problemWithOptions } from './find-node.mjs';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'plant-node-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const host = (version: string) => ({ version, execPath: '/usr/bin/node', platform: 'linux' });

/** A program in the place of the Node that comes with the dependencies. */
function install(script: string): string {
  const own = join(root, 'node_modules/node/bin/node');
  mkdirSync(dirname(own), { recursive: true });
  writeFileSync(own, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return own;
}

it('`findNode` prefers the Node of the dependencies, even to that of a newer host', () => {
  const own = install('echo v24.21.0');
  expect(findNode(root, host('20.0.0'))).toBe(own);
});

it.each([
  ['is not there', undefined],
  ['was made for another system', 'exit 126'],
  ['is an older one', 'echo v20.19.0'],
])('`findNode` takes the Node of the host when that of the dependencies %s', (_why, script) => {
  if (script !== undefined) install(script);
  expect(findNode(root, host('22.12.0'))).toBe('/usr/bin/node');
});

it.each([
  ['20.19.5', undefined],
  ['22.11.9', undefined],
  ['22.12.0', '/usr/bin/node'],
  ['23.0.0', '/usr/bin/node'],
  ['26.1.0', '/usr/bin/node'],
])('`findNode` on a host with Node %s and no Node among the dependencies: %s', (version, found) => {
  expect(findNode(root, host(version))).toBe(found);
});

it('`findNode` takes the Node of the dependencies despite options that only the Node of the host knows', () => {
  const own = install('[ -z "$NODE_OPTIONS" ] && echo v24.21.0');
  const before = process.env['NODE_OPTIONS'];
  process.env['NODE_OPTIONS'] = '--of-another-node';
  try {
    expect(findNode(root, host('20.0.0'))).toBe(own);
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
});

it.each([
  [undefined, /^$/],
  ['--max-old-space-size=512', /^$/],
  ['--no-such-option', /^\S*node\S*: --no-such-option is not allowed in NODE_OPTIONS$/],
  ['--require ./none.js', /^Error: Cannot find module '\.\/none\.js'$/],
  ['--require /srv/none.js', /^Error: Cannot find module '\/srv\/none\.js'$/],
  ['--import ./none.mjs', /^Error(?: \[ERR_MODULE_NOT_FOUND\])?: Cannot find module/],
])('`problemWithOptions` says in one line why Node does not start with the options %s', (options, expected) => {
  const problem = problemWithOptions(process.execPath, { ...process.env, NODE_OPTIONS: options }, root);
  expect(problem ?? '').toMatch(expected);
});

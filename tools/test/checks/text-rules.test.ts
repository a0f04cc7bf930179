import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../root.ts';
import { findWords } from './check-words.ts';
import rules from './words.json' with { type: 'json' };

// Put together here, so that this file itself holds nothing that looks like a secret.
const random = ['q7Rk2Zp9', 'Xw4Tn8Lc', 'J3vB6mYd'].join('');
const joined = (...parts: string[]) => parts.join('');

const SECRETS: readonly (readonly [string, string])[] = [
  [
    'a private key',
    joined(
      '-----BEGIN RSA ',
      'PRIVATE KEY-----\n',
      `MI${`${random.repeat(2)}\n`.repeat(20)}`,
      '-----END RSA ',
      'PRIVATE KEY-----',
    ),
  ],
  ['a GitHub token', joined('ghp_', random, random.slice(0, 12))],
  ['a Slack token', joined('xoxb-', '123456789012-1234567890123-', random)],
  ['a password in a database address', joined('postgresql://app:', 'Tr0ub4dor', '@db.plants.dev/plants')],
  ['a password in a web address', joined('https://app:', 'Tr0ub4dor', '@plants.dev/')],
  ['a random value of a constant named for a key', joined(`const apiKey = '`, random, `';`)],
  ['a random value of a variable', joined('PLANT_ID_API_KEY=', random)],
  ['a random value of a JSON field', joined(`  "authToken": "`, random, '",')],
];

const HARMLESS: readonly string[] = [
  `const apiKey = 'plant-id-key-for-tests';`,
  `password: 'correct horse battery staple'`,
  'token: process.env.REFRESH_TOKEN,',
  'postgresql://postgres@localhost/postgres?host=/tmp/plant',
  'postgresql://ann:s3cret@db.example:5433/plants',
  'https://user:password@images.test/1',
  `AUTH_SECRETS: 'for-browser-tests-only-0123456789',`,
  `apiKey: settings.plantId.apiKey,`,
];

let folder = '';
let found: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plant-secrets-'));
  for (const [index, [, text]] of SECRETS.entries()) writeFileSync(join(folder, `secret-${index}.txt`), `${text}\n`);
  for (const [index, text] of HARMLESS.entries()) writeFileSync(join(folder, `harmless-${index}.txt`), `${text}\n`);
  const config = join(root, '.secretlintrc.json');
  const args = ['--secretlintrc', config, '--format', 'json', `${folder}/*`];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/secretlint'), args, { cwd: root, encoding: 'utf8' });
  const files = JSON.parse(stdout) as { filePath: string; messages: unknown[] }[];
  found = files.filter(({ messages }) => messages.length > 0).map(({ filePath }) => filePath.slice(folder.length + 1));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SECRETS.map(([what], index) => [what, index] as const))('%s fails the check for secrets', (_, index) => {
  expect(found).toContain(`secret-${index}.txt`);
});

test.each(HARMLESS.map((text, index) => [text, index] as const))('%s passes the check for secrets', (_, index) => {
  expect(found).not.toContain(`harmless-${index}.txt`);
});

test('the lock file names no host of a registry', () => {
  const lines = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').split('\n');
  expect(lines.filter((line) => /(?:tarball|registry):?\s*https?:/.test(line))).toEqual([]);
});

test('the word check finds each word of the list, in sentences and in names', () => {
  const text = rules.words.map((word) => `${word} ${word.toUpperCase()} ${word}Else`).join('\n');
  expect(findWords(text, rules.words).map(({ line }) => line)).toEqual(
    rules.words.flatMap((_, index) => [index + 1, index + 1, index + 1]),
  );
});

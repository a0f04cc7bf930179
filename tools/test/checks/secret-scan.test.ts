import { expect, test } from 'vitest';
import { entropy, findAddresses, findSecrets } from './secret-scan.ts';

// Put together here, so that this file itself holds nothing that looks like a secret.
const random = ['q7Rk2Zp9', 'Xw4Tn8Lc', 'J3vB6mYd'].join('');
const join = (...parts: string[]) => parts.join('');

test.each([
  ['a private key', join('-----BEGIN RSA ', 'PRIVATE KEY-----')],
  ['an AWS access key', join('AKIA', 'ABCDEFGHIJ234567')],
  ['a GitHub token', join('ghp_', random, random)],
  ['a Slack token', join('xoxb-', '123456789012-abcdef')],
  ['a Google key', join('AIza', random, 'q7Rk2Zp9Xw4')],
  ['a signed token', join('eyJhbGciOiJIUzI1', '.eyJzdWIiOiIxMjM0.', random)],
  ['a password in an address', join('postgresql://app:', 'Tr0ub4dor', '@db.plants.dev/plants')],
  ['a value made by chance under a name for secrets', join(`const apiKey = '`, random, `';`)],
  ['a value made by chance under a name for secrets', join('PLANT_ID_API_KEY=', random)],
  ['a value made by chance under a name for secrets', join(`  "authToken": "`, random, '",')],
])('%s is found', (what, line) => {
  expect(findSecrets(`first line\n${line}\nlast line`)).toEqual([{ line: 2, what }]);
});

test.each([
  `const apiKey = 'plant-id-key-for-tests';`,
  'PLANT_ID_API_KEY=',
  `password: 'correct horse battery staple'`,
  'token: process.env.METRICS_TOKEN,',
  'const secretLength = 32;',
  'postgresql://postgres@localhost/postgres?host=/tmp/plant',
  'postgresql://user:password@localhost/plants',
  'postgresql://ann:s3cret@db.example:5433/plants',
  'postgresql://ann:s3cret@127.0.0.1:9/plants',
  'https://user:password@images.test/1',
  `AUTH_SECRETS: 'for-browser-tests-only-0123456789',`,
  'tokens: readonly string[];',
  `apiKey: settings.plantId.apiKey,`,
])('%s is left alone', (line) => {
  expect(findSecrets(line)).toEqual([]);
});

test('chance has more entropy than words', () => {
  expect(entropy('aaaaaaaa')).toBe(0);
  expect(entropy(random)).toBeGreaterThan(entropy('plantplantplantplantplan'));
});

test('the lock file names no host', () => {
  expect(findAddresses('lockfileVersion: 9\n  resolution: {integrity: sha512-x}')).toEqual([]);
  expect(findAddresses('a: 1\n  tarball: https://registry.example.org/x.tgz')).toHaveLength(1);
});

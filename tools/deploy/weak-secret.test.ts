import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isWordy, weaknessOf } from './weak-secret.ts';

describe('a secret is reported as weak', () => {
  it.each([
    ['one character', 'a'.repeat(64)],
    ['two characters', 'ab'.repeat(20)],
    ['zeros', '0'.repeat(64)],
    ['three characters', 'abcabcabcabcabcabcabcabcabcabcabc'],
    ['a word again and again', 'monsteramonsteramonsteramonstera'],
    ['a random part, twice', 'b7f3c1d9e2a84f60b7f3c1d9e2a84f60'],
    ['a random part, three times with a number', 'K9vXq2LmZr1K9vXq2LmZr2K9vXq2LmZr3'],
    ['digits in order', '12345678901234567890123456789012'],
    ['digits in falling order', '98765432109876543210987654321098'],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz012345'],
    ['pairs of the alphabet', 'aabbccddeeffgghhiijjkkllmmnnoopp'],
    ['bytes in order', '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'],
    ['a placeholder', 'changeme-changeme-please-changeme'],
    ['a placeholder in capitals', 'CHANGE_ME_BEFORE_YOU_GO_LIVE_2026'],
    ['an instruction', 'replace-this-with-32-random-bytes!'],
    ['a description', 'your-256-bit-signing-key-goes-here'],
    ['a secret that says so', 'SuperSecretKeyForPlants2026!!!!!!'],
    ['a password', 'Password123!Password456!Passw0rd7'],
    ['a frame of Django', 'django-insecure-4f7k2!x9q_z8w1m3p5'],
    ['rows of the keyboard', 'qwertyuiopasdfghjklzxcvbnm1234567'],
    ['text in base64', Buffer.from('herons walk under the lights').toString('base64')],
    ['text in base64 for addresses', Buffer.from('herons walk under the lights').toString('base64url')],
    ['text in hexadecimal', Buffer.from('herons walk north').toString('hex')],
  ])('that is %s', (_what, secret) => {
    expect(weaknessOf(secret)).toBeTypeOf('string');
  });
});

const SPELLINGS: [string, (bytes: Buffer) => string][] = [
  ['openssl rand -base64 32', (bytes) => bytes.toString('base64')],
  ['base64 for addresses', (bytes) => bytes.toString('base64url')],
  ['openssl rand -hex 32', (bytes) => bytes.toString('hex')],
  ['capital hexadecimal', (bytes) => bytes.toString('hex').toUpperCase()],
  ['openssl rand -hex 16', (bytes) => bytes.subarray(16).toString('hex')],
  ['a UUID', (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')],
];

it.each(SPELLINGS)('`weaknessOf` accepts %s', (_how, spell) => {
  const secrets = Array.from({ length: 1_000 }, (_, index) =>
    spell(createHash('sha256').update(`fixed ${index}`).digest()),
  );
  expect(secrets.filter((secret) => weaknessOf(secret) !== undefined || isWordy(secret))).toEqual([]);
});

it('`isWordy` recognises a long phrase made with dice', () => {
  const phrase = 'correct horse battery staple heron violin';
  expect([weaknessOf(phrase), isWordy(phrase)]).toEqual([undefined, true]);
});

import { createHash, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Start of every key, by which scanners for leaked secrets and readers of a configuration recognise one. */
const PREFIX = 'plk_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 178 bits: no guess ever finds a key, so a fast hash protects the stored ones. */
const RANDOM_LENGTH = 30;
/** The digits that 32 bits have at most in base 62. */
const CHECKSUM_LENGTH = 6;
const PATTERN = new RegExp(`^${PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH + CHECKSUM_LENGTH}}$`);
/** Length of the beginning that stays readable; it leaves 26 of the random characters unknown. */
const START_LENGTH = PREFIX.length + 4;

/** Generates a key: `plk_`, 30 random characters of base 62, and their CRC-32 in six digits of base 62. */
export function generateKey(): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return PREFIX + random + checksumOf(random);
}

/** Whether a Bearer token is meant as an API key: an access token never starts like one. */
export function looksLikeKey(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** Whether a text may be a key, judged by length, alphabet and checksum: a mistyped one needs no look-up. */
export function isWellFormed(text: string): boolean {
  if (!PATTERN.test(text)) return false;
  const random = text.slice(PREFIX.length, -CHECKSUM_LENGTH);
  return text.endsWith(checksumOf(random));
}

/** Returns the first characters of a key, which its user may see again. */
export function startOf(key: string): string {
  return key.slice(0, START_LENGTH);
}

/** Returns the SHA-256 under which a key is stored, in lower-case hex. */
export function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let digit = 0; digit < CHECKSUM_LENGTH; digit += 1) {
    digits = (ALPHABET[rest % ALPHABET.length] ?? '') + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

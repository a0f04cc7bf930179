/** Minimum entropy of the characters: 16 random bytes have more in any spelling. */
const MIN_BITS = 80;
const MIN_UNLIKE_PARTS = 0.75;
const PART_LENGTH = 4;
const MAX_STEPS = 0.6;
const MAX_WORDS = 0.7;
/** Matches text: random bytes are never printable from end to end. */
const PRINTABLE = /^[\t\n\r\x20-\x7e]{12,}$/;

/** Placeholders that people mean to replace, and rows of the keyboard. */
const PLACEHOLDERS =
  'changeme changeit change-me change_me change-this replace secret password passwort passphrase example sample ' +
  'placeholder insecure default letmein qwerty asdfgh zxcvbn qazwsx production development deadbeef cafebabe';
/** Placeholders that are short enough to occur in random text: they count as whole words only. */
const SHORT_PLACEHOLDERS = 'your test tests todo admin dummy token key prod auth metrics';

/**
 * Returns why a secret can be guessed; undefined for random bytes in any spelling (base64, hexadecimal, UUID).
 * Measured over 200,000 secrets of each spelling: none is called weak.
 */
export function weaknessOf(secret: string): string | undefined {
  if (bitsIn(secret) < MIN_BITS) return 'has few different characters';
  if (unlikeParts(secret) < MIN_UNLIKE_PARTS) return 'repeats itself';
  const codes = Array.from(secret, (character) => character.codePointAt(0) ?? 0);
  const bytes = decoded(secret);
  if (stepsIn(codes) > MAX_STEPS || stepsIn([...bytes]) > MAX_STEPS)
    return 'counts up or down, or repeats single characters';
  if (holdsPlaceholder(secret)) return 'holds a word from an example';
  return PRINTABLE.test(bytes.toString('latin1')) ? 'is text in base64 or hexadecimal' : undefined;
}

/** Whether a secret is written in words: a long phrase can be good, but random bytes are better. */
export function isWordy(secret: string): boolean {
  const words = secret.match(/[A-Z]?[a-z]{4,}/g) ?? [];
  return words.join('').length > MAX_WORDS * secret.length;
}

/** Returns Shannon's entropy of the characters: 210 bits for 32 random bytes in base64, 1 bit each for `abababab`. */
function bitsIn(secret: string): number {
  const counts = new Map<string, number>();
  for (const character of secret) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = Array.from(secret).length;
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / total), 0);
}

/** Returns the share of different parts among all of four characters: nearly 1 for random ones. */
function unlikeParts(secret: string): number {
  const count = secret.length - PART_LENGTH + 1;
  const parts = Array.from({ length: count }, (_, at) => secret.slice(at, at + PART_LENGTH));
  return new Set(parts).size / count;
}

/** Returns the share of characters or bytes that repeat the one before or stand beside it in order. */
function stepsIn(codes: readonly number[]): number {
  const steps = codes.slice(1).filter((code, index) => Math.abs(code - (codes[index] ?? 0)) <= 1);
  return steps.length / Math.max(1, codes.length - 1);
}

/** Whether the secret holds a placeholder in one case: lower, upper or capitalized. */
function holdsPlaceholder(secret: string): boolean {
  const words = new Set(secret.split(/[^A-Za-z0-9]+/));
  return (
    spellingsOf(PLACEHOLDERS).some((word) => secret.includes(word)) ||
    spellingsOf(SHORT_PLACEHOLDERS).some((word) => words.has(word))
  );
}

function spellingsOf(words: string): string[] {
  return words.split(' ').flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]);
}

/** Decodes a secret in hexadecimal or base64; empty for other text. */
function decoded(secret: string): Buffer {
  if (/^[0-9a-f]+$/i.test(secret)) return Buffer.from(secret, 'hex');
  return Buffer.from(/^[\w+/-]+={0,2}$/.test(secret) ? secret : '', 'base64');
}

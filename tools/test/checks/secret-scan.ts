/** Something in a file that looks as if it should not be published. */
export interface Finding {
  line: number;
  what: string;
}

const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})\b/],
  ['a Slack token', /\bxox[abpors]-[A-Za-z0-9-]{10,}/],
  ['a Google key', /\bAIza[0-9A-Za-z_-]{35}\b/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Stripe key', /\b[rs]k_live_[0-9A-Za-z]{20,}\b/],
  ['a signed token', /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/],
  // Hosts that are reserved for examples and tests, and this machine, keep no secrets.
  [
    'a password in an address',
    /\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/'"`$<>]+:[^\s@/'"`$<>]{6,}@(?!127\.|(?:[\w-]+\.)*example\b|[\w.-]+\.(?:test|invalid|localhost)\b)[\w-]+\.[\w.-]+/i,
  ],
];

/** `apiKey: 'gh29…'`, `AUTH_SECRET=…`: a name that promises a secret beside a value that looks made by chance. */
const ASSIGNMENT =
  /\b[\w.-]*(?:api[_-]?key|secret|token|passw(?:or)?d|credential)s?['"]?\s*[:=]\s*(['"`]?)([\w+/=.~-]{16,})\1/i;

const MIN_BITS_PER_CHARACTER = 3.5;

/** Shannon entropy in bits a character: words lie near 3, random letters and digits above 3.5 from 16 characters on. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Names, paths and sentences are readable: digits and both cases mixed are not. */
function looksRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^[A-Za-z]+(?:\d{0,4}|(?:[._/-][A-Za-z]+)+[._/-]?\d*)$/.test(value)) return false;
  return entropy(value) >= MIN_BITS_PER_CHARACTER;
}

function whatIsIn(line: string): string | undefined {
  const shape = SHAPES.find(([, pattern]) => pattern.test(line));
  if (shape) return shape[0];
  const value = ASSIGNMENT.exec(line)?.[2];
  return value !== undefined && looksRandom(value) ? 'a value made by chance under a name for secrets' : undefined;
}

/** What must not be in a tracked text file, by line from 1. */
export function findSecrets(text: string): Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const what = whatIsIn(line);
    return what === undefined ? [] : [{ line: index + 1, what }];
  });
}

/** A lock file with addresses ties every installation to one registry's host. */
export function findAddresses(lockFile: string): Finding[] {
  return lockFile
    .split('\n')
    .flatMap((line, index) =>
      /https?:\/\//.test(line) ? [{ line: index + 1, what: 'an address in the lock file' }] : [],
    );
}

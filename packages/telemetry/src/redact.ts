import { stdSerializers } from 'pino';

const CENSOR = '[redacted]';

/** Names of secret values, as query parameters, headers, JSON or object keys. */
const SECRET_NAME =
  'api[-_]?key|x-api-key|password|passwd|secret|client[-_]?secret|(?:access|refresh|id|session|csrf)?[-_]?token|signature';

const RULES: readonly (readonly [RegExp, string])[] = [
  // A whole cookie header, since every value in it may be a session.
  [/((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n"'}]+/gi, `$1${CENSOR}`],
  [/(authorization["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',;}\]]+/gi, `$1${CENSOR}`],
  [/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${CENSOR}`],
  // name=value, name: value, "name":"value", \"name\":\"value\", name%3Dvalue; quotes stay, so that JSON stays JSON.
  [
    new RegExp(
      String.raw`((?:\b|[-_.])(?:${SECRET_NAME})(?:\\?["'])?\s*(?:[=:]|%3D)\s*)(?:(\\?["'])(?:(?!\2)(?:\\.|[^\r\n]))*|[^\s&"',;#}\]\\]+)`,
      'gi',
    ),
    `$1$2${CENSOR}`,
  ],
  // scheme://user:password@host
  [/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/@"']+@/gi, `$1${CENSOR}@`],
  // Last, so that the rules above see where a header ends. Control characters would split an entry over lines.
  [/[\p{Cc}\u2028\u2029]+/gu, ' '],
];

const SECRET_KEY = new RegExp(`^(?:${SECRET_NAME}|(?:set-)?cookies?|authorization|plant_?id_?api_?key)$`, 'i');

/** Removes keys, tokens, cookies and passwords, and returns one line. Pl@ntNet's key is in the URL as `api-key=`. */
export function redact(text: string): string {
  return RULES.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}

/** Redacts a text and cuts it to `max` characters, in this order: half of a secret would not be recognised. */
export function redactAndCut(text: string, max = 100): string {
  return Array.from(redact(text)).slice(0, max).join('');
}

/** Returns fields for the log: secret fields censored, strings redacted, and bytes replaced by their number. */
export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      SECRET_KEY.test(name) ? CENSOR : redactValue(value, depth + 1),
    ]),
  );
}

/** Depth below which the content of a field is left out. */
const MAX_DEPTH = 6;

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value;
  if (value instanceof URL) return redact(value.href);
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return value instanceof Error ? redactError(value, depth) : redactFields(value, depth);
}

/** Returns class, message, code and stack of an error and of its causes; the stack keeps its lines. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  const plain = stdSerializers.err(error);
  // Some errors have no stack, although the type says so.
  const lines = typeof plain.stack === 'string' ? plain.stack.split('\n') : [];
  return { ...redactFields(plain, depth), stack: lines.map(redact).join('\n') };
}

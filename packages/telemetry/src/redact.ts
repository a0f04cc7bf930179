import { stdSerializers } from 'pino';

const CENSOR = '[redacted]';

/** Ends of the names of secret values, as query parameters, headers, variables, JSON or object keys. */
const SECRET_NAME =
  'api[-_]?key|passw(?:or)?d|secret|token|signature|plantcommunity\\.(?:session|csrf|state|pkce|nonce)';

/** Names of parameters that hold a secret only in the query of a URL: those of an OAuth sign-in. */
const SECRET_PARAMETER = 'code|state|code_verifier|nonce';

/** Names of coordinates. The place of a photo is often the home of the user, so it never belongs in a log. */
const COORDINATE_NAME = 'lat(?:itude)?|lng|lon(?:gitude)?';

/** Matches what stands between a name and its value: name=value, name: value, "name":"value", \"name\":\"value\", name%3Dvalue. */
const ASSIGNS = String.raw`(?:\\?["'])?\s*(?:[=:]|%3D)\s*`;

/**
 * Control characters and Unicode's other line separators, which would split an entry over lines or command a terminal, and
 * the marks that reverse the direction of text, which would show a line in another order.
 */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

/** The rules, in their order. Each takes linear time: no match can begin inside of an attempt that failed. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // A photo as a data URL, or any other long base64.
  [/(\bdata:[\w/+.-]{1,60};base64,)[\w+/=-]+/gi, `$1${CENSOR}`],
  [/(?<![\w+/-])[\w+/-]{200,}={0,2}/g, CENSOR],
  // A whole cookie header, since every value in it may be a session.
  [/((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n"'}]+/gi, `$1${CENSOR}`],
  [/(authorization["']?\s*[:=]\s*["']?)(?:(?:bearer|basic|token)\s+)?[^\s"',;}\]]+/gi, `$1${CENSOR}`],
  [/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${CENSOR}`],
  // A JSON Web Token, under any name or none.
  [/(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g, CENSOR],
  // Quotes stay, so that JSON stays JSON.
  [
    new RegExp(
      String.raw`((?:${SECRET_NAME})s?${ASSIGNS})(?:(\\?["'])(?:(?!\2)(?:\\.|[^\r\n]))*|[^\s&"',;#}\]\\]+)`,
      'gi',
    ),
    `$1$2${CENSOR}`,
  ],
  [new RegExp(String.raw`([?&](?:${SECRET_PARAMETER})=)[^\s&"'#]+`, 'gi'), `$1${CENSOR}`],
  [new RegExp(String.raw`((?:\b|_)(?:${COORDINATE_NAME})${ASSIGNS}\\?["']?)[-+]?\d[\d.]*`, 'gi'), `$1${CENSOR}`],
  // scheme://user:password@host. A database password may hold a slash that was not encoded.
  [/(\b(?:postgres(?:ql)?|rediss?|unix):\/\/)(?:(?!:\/\/)[^\s"'])*@/gi, `$1${CENSOR}@`],
  [/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#"']+@/gi, `$1${CENSOR}@`],
  // Last, so that the rules above see where a header ends.
  [CONTROLS, ' '],
];

const SECRET_KEY = new RegExp(`(?:${SECRET_NAME}|cookie|authorization)s?$`, 'i');
const COORDINATE_KEY = new RegExp(`^(?:${COORDINATE_NAME}|coord(?:inate)?s?|gps.*)$`, 'i');
/** A field name that can hold neither secret nor control character. */
const PLAIN_KEY = /^\w{1,40}$/;

/** Removes keys, tokens, cookies, passwords and coordinates, and returns one line. Pl@ntNet's key is in the URL as `api-key=`. */
export function redact(text: string): string {
  return RULES.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text);
}

/** Redacts a text and cuts it to `max` characters, in this order: half of a secret would not be recognised. */
export function redactAndCut(text: string, max = 100): string {
  return Array.from(redact(text)).slice(0, max).join('');
}

/** Returns fields for the log: secret fields censored, names and strings redacted, and bytes replaced by their number. */
export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      PLAIN_KEY.test(name) ? name : redact(name),
      SECRET_KEY.test(name) || COORDINATE_KEY.test(name) ? CENSOR : redactValue(value, depth + 1),
    ]),
  );
}

/** Depth below which the content of a field is left out. */
const MAX_DEPTH = 6;

/** Returns a value for the log, redacted like a field; at the depth limit its content is left out. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  const bytes = byteLengthOf(value);
  if (bytes !== undefined) return `[${bytes} bytes]`;
  if (value instanceof Date) return value;
  if (value instanceof URL) return redact(value.href);
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return value instanceof Error ? redactError(value, depth) : redactFields(value, depth);
}

/** Returns the number of bytes of a buffer, also of one that went through `JSON.stringify`; undefined for other values. */
function byteLengthOf(value: object): number | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return value.byteLength;
  }
  if (!('type' in value && value.type === 'Buffer' && 'data' in value)) return undefined;
  return Array.isArray(value.data) ? value.data.length : undefined;
}

/** Returns class, message, code and stack of an error and of its causes. */
function redactError(error: Error, depth: number): Record<string, unknown> {
  return { ...redactFields(stdSerializers.err(error), depth), stack: stackLines(error).join('\n') };
}

/** Matches a line that V8 writes for a frame. */
const FRAME = /^ +at .*(?::\d+:\d+\)?|\((?:<anonymous>|native|index \d+)\))$/;

/**
 * Returns the stack of an error and of its causes: one line for each error and one for each frame. Line breaks of a
 * message, which the stack repeats, make no further lines.
 */
function stackLines(error: unknown, seen: Set<unknown> = new Set()): string[] {
  if (!(error instanceof Error) || seen.has(error)) return [];
  seen.add(error);
  // Some errors have no stack, although the type says so.
  const stack = typeof error.stack === 'string' ? error.stack : '';
  const messageAt = stack.indexOf(error.message);
  const endOfHeader = stack.indexOf('\n', messageAt === -1 ? 0 : messageAt + error.message.length);
  const header = endOfHeader === -1 ? stack : stack.slice(0, endOfHeader);
  const frames = endOfHeader === -1 ? [] : stack.slice(endOfHeader).split('\n');
  const [cause, ...rest] = stackLines(error.cause, seen);
  return [
    redact(header),
    ...frames.filter((line) => FRAME.test(line)).map(redact),
    ...(cause === undefined ? [] : [`caused by: ${cause}`, ...rest]),
  ];
}

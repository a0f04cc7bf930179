import { stdSerializers } from 'pino';

const CENSOR = '[redacted]';

/** Ends of the names of secret values, as query parameters, headers, variables, JSON or object keys. */
const SECRET_NAME =
  '(?:api|private|access)[-_]?key|passw(?:or)?d|secret|token|credential|signature|cookie|authorization|' +
  'plantcommunity\\.(?:session|csrf|state|pkce|nonce)';

/** Names of parameters that hold a secret only in the query of a URL: those of an OAuth sign-in. */
const SECRET_PARAMETER = 'code|state|code_verifier|nonce';

/** Names of coordinates. The place of a photo is often the home of the user, so it never belongs in a log. */
const COORDINATE_NAME = 'lat(?:itude)?|lng|lon(?:gitude)?';

/**
 * Matches what stands between a name and its value: name=value, name: value, "name":"value", name%3Dvalue, and
 * \"name\":\"value\" with any number of backslashes, as in JSON inside of JSON.
 */
const ASSIGNS = String.raw`(?:\\*["'])?\s*(?:[=:]|%3D)\s*(?!\[redacted])`;

/**
 * Returns a pattern for the rest of a quoted text, given the groups that hold its opening quote: backslashes and sign. The
 * same quote with as many backslashes ends it. More of them are a quote inside of the text, or backslashes at its end:
 * there are 2 (n + 1) for each of those, in JSON whose quotes have n backslashes.
 * @param separator what may stand between this text and a next one that belongs to the value, too
 */
function restOfQuoted(backslashes: number, sign: number, separator = ''): string {
  const end = `\\${backslashes}\\${sign}`;
  const before = `(?:\\${backslashes}\\${backslashes}\\\\\\\\)`;
  const next = separator && `|${before}*${end}${separator}${end}`;
  return String.raw`(?:(?!${before}*${end})\\*[^\\\r\n]${next})*(?:${before}+(?=${end}))?`;
}

/** Matches the value of a secret name. Groups 2 to 6 stay in front of it: with its quotes JSON stays JSON. */
const SECRET_VALUE = [
  String.raw`(\\*)(["'])${restOfQuoted(2, 3)}`,
  // A list of quoted texts.
  String.raw`(\[\s*)(\\*)(["'])${restOfQuoted(5, 6, String.raw`\s*,\s*`)}(?=\5\6\s*])`,
  // Any other list or object that is not empty, up to the end: where it ends cannot be told.
  String.raw`[[{](?!\s*[\]}])[^]*`,
  String.raw`[^\s&"',;#}\]\\[{][^\s&"',;#}\]\\]*`,
].join('|');

/**
 * Control characters and Unicode's other line separators, which would split an entry over lines or command a terminal, and
 * the marks that reverse the direction of text, which would show a line in another order.
 */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu;

type Rule = readonly [pattern: RegExp, replacement: string, hint?: string | undefined];

/** Removes base64 of 200 characters, of which some may be written as `escaped`. */
const longBase64 = (escaped: string, hint?: string): Rule => [
  new RegExp(String.raw`(?<![\w+/-])(?:[\w+/-]${escaped}){200,}={0,2}`, 'gi'),
  CENSOR,
  hint,
];

/** Removes base64 in lines of at least 60 characters, as in mails and keys. */
const base64Lines = (lineBreak: string, hint: string): Rule => [
  new RegExp(String.raw`(?<![\w+/-])(?:[\w+/-]{60,}={0,2}(?:${lineBreak})){2,}[\w+/-]*={0,2}`, 'g'),
  CENSOR,
  hint,
];

/**
 * The rules, in their order. Each takes linear time: no match can begin inside of an attempt that failed. A text without
 * the hint of a rule cannot match it, which saves the search in most texts.
 */
const RULES: readonly Rule[] = [
  // A photo as a data URL, or any other long base64.
  [/(\bdata:[\w/+.-]{1,60};base64,)[\w+/=-]+/gi, `$1${CENSOR}`],
  longBase64(''),
  // JSON may escape slashes, and forms encode them.
  longBase64(String.raw`|\\/`, String.raw`\/`),
  longBase64('|%2[BF]', '%2'),
  base64Lines(String.raw`\s+`, '\n'),
  base64Lines(String.raw`(?:\\+[rn])+`, String.raw`\n`),
  // A whole cookie header, since every value in it may be a session.
  [/(cookie(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?)(?![\s[])[^\r\n"'}\\]+/gi, `$1${CENSOR}`],
  [
    /(authorization(?:\\*["'])?\s*[:=]\s*(?:\\*["'])?)(?![\s[])(?:(?:bearer|basic|token)\s+)?[^\s"',;}\]\\]+/gi,
    `$1${CENSOR}`,
  ],
  [/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${CENSOR}`],
  // A JSON Web Token under any name or none: signed with three parts, or encrypted with five, of which some may be empty.
  [/(?<![\w-])eyJ[\w-]+(?:\.[\w-]*){2,4}/g, CENSOR, 'eyJ'],
  // An API key of a user under any name or none, also the beginning of one.
  [/plk_[0-9A-Za-z]{5,}/g, CENSOR, 'plk_'],
  [new RegExp(`((?:${SECRET_NAME})s?${ASSIGNS})(?:${SECRET_VALUE})`, 'gi'), `$1$2$3$4$5$6${CENSOR}`],
  [new RegExp(String.raw`([?&](?:${SECRET_PARAMETER})=)[^\s&"'#]+`, 'gi'), `$1${CENSOR}`, '='],
  [new RegExp(String.raw`((?:\b|_)(?:${COORDINATE_NAME})${ASSIGNS}(?:\\*["'])?)[-+]?\d[\d.]*`, 'gi'), `$1${CENSOR}`],
  // scheme://user:password@host. A database password may hold a slash that was not encoded.
  [/(\b(?:postgres(?:ql)?|rediss?|unix):\/\/)(?:(?!:\/\/)[^\s"'])*@/gi, `$1${CENSOR}@`, '@'],
  [/(\b[a-z][a-z\d+.-]{0,20}:\/\/)[^\s/?#"']+@/gi, `$1${CENSOR}@`, '@'],
  // Last, so that the rules above see where a header ends.
  [CONTROLS, ' '],
];

const SECRET_KEY = new RegExp(`(?:${SECRET_NAME})s?$`, 'i');
const COORDINATE_KEY = new RegExp(`^(?:${COORDINATE_NAME}|coord(?:inate)?s?|gps.*)$`, 'i');
/** A field name that can hold neither secret nor control character. */
const PLAIN_KEY = /^\w{1,40}$/;

/** Removes keys, tokens, cookies, passwords and coordinates, and returns one line. Pl@ntNet's key is in the URL as `api-key=`. */
export function redact(text: string): string {
  return RULES.reduce(
    (redacted, [pattern, replacement, hint = '']) =>
      redacted.includes(hint) ? redacted.replace(pattern, replacement) : redacted,
    text,
  );
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
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  const bytes = byteLengthOf(value);
  if (bytes !== undefined) return `[${bytes} bytes]`;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  // What JSON would write instead of the value, also of a date or an URL: afterwards it would be written unredacted.
  if (hasToJson(value)) return redactValue(jsonOf(value), depth + 1);
  if (typeof value === 'function') return undefined;
  return Array.isArray(value) ? value.map((item) => redactValue(item, depth + 1)) : redactFields(value, depth);
}

function hasToJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** Calls `toJSON`. A log line must not fail because of a value. */
function jsonOf(value: { toJSON: () => unknown }): unknown {
  try {
    return value.toJSON();
  } catch {
    return '[unserializable]';
  }
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

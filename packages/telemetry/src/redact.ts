const CENSOR = '[redacted]';

/** Names whose values never belong into a log, as query parameter, header, JSON or object key. */
const SECRET_NAME =
  'api[-_]?key|x-api-key|password|passwd|secret|client[-_]?secret|(?:access|refresh|id|session|csrf)?[-_]?token|signature';

const RULES: readonly (readonly [RegExp, string])[] = [
  // A whole cookie header: every value in it may be a session.
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
  // Last, so that the rules above see where a header ends: one entry is one line, whatever a caller sends.
  [/[\p{Cc}\u2028\u2029]+/gu, ' '],
];

const SECRET_KEY = new RegExp(`^(?:${SECRET_NAME}|(?:set-)?cookies?|authorization|plant_?id_?api_?key)$`, 'i');

/** `text` without keys, tokens, cookies and passwords, on one line. Pl@ntNet's key rides in the URL as `api-key=`. */
export function redact(text: string): string {
  return RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/** Redacts first and cuts then: a secret cut in two would no longer be recognised. `max` counts characters. */
export function redactAndCut(text: string, max = 100): string {
  return Array.from(redact(text)).slice(0, max).join('');
}

/** Whether a field of this name is replaced whole, whatever it holds. */
export function isSecretName(name: string): boolean {
  return SECRET_KEY.test(name);
}

export { CENSOR };

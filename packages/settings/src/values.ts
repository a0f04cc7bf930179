import { z } from 'zod';

/** At most `count` calls in `windowMs` milliseconds. */
export interface Rate {
  count: number;
  windowMs: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a whole number within a range, which the message of a fault repeats. */
export function integer(min: number, max: number) {
  const text = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, text)
    .transform(Number)
    .refine((value) => value >= min && value <= max, text);
}

/** Parses a decimal number from 0 to 1. */
export const share = z
  .string()
  .regex(/^(?:0?\.\d{1,9}|[01](?:\.0{1,9})?)$/, 'must be a number from 0 to 1')
  .transform(Number);

/** Parses an amount of money, up to 1,000. */
export const price = z
  .string()
  .regex(/^\d{1,3}(?:\.\d{1,6})?$/, 'must be an amount such as 0.029')
  .transform(Number);

/** Parses whole seconds into milliseconds. */
export function seconds(min: number, max: number) {
  return integer(min, max).transform((value) => value * 1_000);
}

/** Parses `10/h` or `5/15m`: a count, a slash, an optional number and one of s m h d. */
export const rate = z.string().transform((text, context): Rate => {
  const [, count, amount, unit] = /^(\d{1,7})\/(\d{0,4})([smhd])$/.exec(text) ?? [];
  const windowMs = Number(amount || 1) * (UNITS[unit ?? ''] ?? 0);
  if (Number(count) >= 1 && windowMs > 0) return { count: Number(count), windowMs };
  context.addIssue('must look like 10/h or 5/15m: a count, then s, m, h or d');
  return z.NEVER;
});

export const onOff = z.enum(['on', 'off', 'true', 'false'], 'must be on or off').transform((value) => {
  return value === 'on' || value === 'true';
});

/** Parses a comma-separated list; removes white space around each entry, and empty entries. */
export function list<T>(entry: z.ZodType<T, string>) {
  return z
    .string()
    .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
    .pipe(z.array(entry));
}

/** Parses a list with at least one entry. */
export function fullList<T>(entry: z.ZodType<T, string>) {
  return list(entry).refine((entries) => entries.length > 0, 'must hold at least one entry');
}

/** Matches a control character: line feeds come from mounted secrets, carriage returns from files of Windows. */
export const CONTROL_CHARACTER = /[\p{Cc}\u2028\u2029]/u;

/** Accepts one line of text. */
export const line = z.string().refine((text) => !CONTROL_CHARACTER.test(text), {
  error: 'must be a single line: it holds a line feed or another control character',
  abort: true,
});

/** Accepts a key or token as services issue them; it is sent in a header or an address. */
export const key = line
  .max(4_000, 'is too long')
  .refine((text) => /^[\x21-\x7e]+$/.test(text), 'must hold only ASCII letters, digits and signs, without spaces');

/** Accepts a password that a person types to sign in. */
export const password = line
  .min(10, 'must have 10 to 200 characters')
  .max(200, 'must have 10 to 200 characters')
  .refine((text) => text === text.trim(), 'must not begin or end with a space, which people do not type');

const HEADER = /^(?<name>[\w!#$%&'*+.^`|~-]+)\s*=\s*(?<value>[^;]+)$/;

/**
 * Parses headers as `name=value,name=value` with percent-encoded values, as OpenTelemetry writes them
 * (https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables).
 */
export const headers = line.transform((text, context): Readonly<Record<string, string>> => {
  const entries = text.split(',').flatMap((part) => part.trim() || []);
  const read = entries.flatMap((entry) => {
    const { name, value } = HEADER.exec(entry)?.groups ?? {};
    const decoded = decode(value);
    return name !== undefined && decoded !== undefined ? [[name, decoded] as const] : [];
  });
  if (read.length === entries.length) return Object.fromEntries(read);
  // Without the text, which may hold a key.
  context.addIssue('must look like api-key=abc,tenant=plants: names and values, signs in values as %2C or %20');
  return z.NEVER;
});

/** Decodes the value of a header; undefined when it cannot be sent in one. */
function decode(value: string | undefined): string | undefined {
  try {
    const text = decodeURIComponent(value ?? '');
    return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Accepts an address of one of the given schemes. */
export function address(...schemes: readonly string[]) {
  return line.refine(
    (text) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      return url !== undefined && schemes.includes(url.protocol.slice(0, -1));
    },
    // Text that is no address is not checked further.
    {
      error: `must be an address that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
      abort: true,
    },
  );
}

/** Accepts the address to which alerts are posted. It may hold a secret in its path or query. */
export const webhookUrl = address('https', 'http').refine(
  (text) => {
    const url = new URL(text);
    return url.hash === '' && url.username === '' && url.password === '';
  },
  { error: 'must be an address without user, password and fragment', abort: true },
);

/** Accepts the address of a PostgreSQL by its scheme; the package `db` reads the rest, as libpq does. */
export const databaseUrl = line.refine(
  (text) => /^postgres(ql)?:\/\//i.test(text),
  'must be an address that begins with postgresql:// or postgres://',
);

/** Parses scheme, host and port; the result is what browsers send as Origin, without a final dot of the host. */
export const origin = address('http', 'https')
  .refine((text) => new URL(text).pathname === '/' && !text.includes('?') && !text.includes('#'), {
    error: 'must be an origin: scheme, host and port, no path',
    abort: true,
  })
  .transform((text) => {
    const url = new URL(text);
    url.hostname = url.hostname.replace(/\.$/, '');
    return url.origin;
  });

/** Parses a day such as `2026-01-01` into its midnight in UTC. */
export const day = z.iso.date('must be a day such as 2026-01-01').transform((text) => new Date(`${text}T00:00:00Z`));

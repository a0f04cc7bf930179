import { stdSerializers } from 'pino';
import { CENSOR, isSecretName, redact } from './redact.ts';

const DEEPEST = 6;

/** A copy of what is about to be logged in which strings are redacted, secret fields censored and bytes only counted. */
function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value;
  if (value instanceof URL) return redact(value.href);
  if (depth >= DEEPEST) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1));
  return value instanceof Error ? scrubError(value, depth) : scrubFields(value, depth);
}

export function scrubFields(fields: object, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isSecretName(name) ? CENSOR : scrub(value, depth + 1)]),
  );
}

/** Class, message, code and stack, the causes' included; the stack keeps its lines. */
function scrubError(error: Error, depth: number): Record<string, unknown> {
  const plain = stdSerializers.err(error);
  // Not every error has one, whatever the types say.
  const lines = typeof plain.stack === 'string' ? plain.stack.split('\n') : [];
  return { ...scrubFields(plain, depth), stack: lines.map(redact).join('\n') };
}

import type { FieldValue } from '@plantcommunity/http';
import { ApiError, type FieldError } from '../../errors/api-error.ts';

/**
 * Returns the value of a field that is sent at most once: undefined when it is empty or was not sent. A JSON number or
 * boolean becomes its text; a JSON list or object is returned as it is, for the caller to refuse.
 * @throws {ApiError} `invalid_request`
 */
export function singleValue(field: string, [sent]: readonly FieldValue[]): unknown {
  return sent && contentOf(field, sent);
}

/**
 * Returns the items of a list, which may be sent in repeated fields, separated by commas, as JSON, or in any mixture.
 * @throws {ApiError} `invalid_request`
 */
export function listItems(field: string, sent: readonly FieldValue[]): unknown[] {
  return sent.flatMap((value) => {
    const content = contentOf(field, value.text.trimStart().startsWith('[') ? { ...value, isJson: true } : value);
    if (typeof content === 'string') return content.split(',').map((item) => item.trim());
    return content ?? [];
  });
}

function contentOf(field: string, { isJson, text }: FieldValue): unknown {
  const trimmed = text.trim();
  if (!isJson || trimmed === '') return trimmed || undefined;
  const value = parse(field, trimmed);
  if (typeof value === 'string') return value.trim() || undefined;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? undefined);
}

function parse(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const error: FieldError = { detail: 'is not valid JSON', pointer: `#/${field}` };
    throw new ApiError('invalid_request', 'The request is not valid.', { errors: [error], cause });
  }
}

import type { ZodType } from 'zod';
import { ProviderError, type ProviderName } from '../types.ts';
import { ExchangeError } from './exchange-fault.ts';

/**
 * The JSON of an answer, checked.
 *
 * @throws {ProviderError} `failed`, with an ExchangeFault that names the places at fault but quotes no value.
 */
export function readBody<T>(provider: ProviderName, text: string, schema: ZodType<T>): T {
  const parsed = schema.safeParse(readJson(provider, text));
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'body'} (${issue.code})`);
  throw brokenContract(provider, new ExchangeError('off_contract', places.join(', ').slice(0, 300)));
}

function readJson(provider: ProviderName, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw brokenContract(provider, new ExchangeError('malformed', 'the answer is not JSON'));
  }
}

function brokenContract(provider: ProviderName, cause: ExchangeError): ProviderError {
  return new ProviderError(provider, 'failed', `${cause.code}: ${cause.message}`, { cause });
}

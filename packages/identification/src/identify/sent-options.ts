import type { IdentifyOptions, ProviderClient } from '../types.ts';

/**
 * Returns the options as they are sent to one provider: with the caller's language if the provider supports it, else
 * without one. So no language is rejected, and all unsupported ones share a cached answer.
 */
export function sentOptions(
  { languages }: Pick<ProviderClient, 'languages'>,
  options: IdentifyOptions,
): IdentifyOptions {
  const { language, ...rest } = options;
  return language === undefined || languages.has(language) ? options : rest;
}

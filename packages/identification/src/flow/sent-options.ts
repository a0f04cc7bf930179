import type { IdentifyOptions, Provider } from '../provider.ts';

/**
 * The options as one provider is sent them: in the caller's language if the provider knows it, else in its default, so
 * that no language is refused and two that end in the same one are the same question.
 */
export function sentOptions({ languages }: Pick<Provider, 'languages'>, options: IdentifyOptions): IdentifyOptions {
  const { language, ...rest } = options;
  return language === undefined || languages.has(language) ? options : rest;
}

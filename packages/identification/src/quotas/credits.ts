import type { IdentifyOptions, ProviderName } from '../provider.ts';

/** What one identification takes of a provider's quota: Plant.id takes a second credit for the plant's health. */
export function creditsFor(
  provider: ProviderName,
  { includeDiseases }: Pick<IdentifyOptions, 'includeDiseases'>,
): number {
  return provider === 'plant_id' && includeDiseases ? 2 : 1;
}

/** The same of what people mostly ask for. */
export function usualCredits(provider: ProviderName): number {
  return creditsFor(provider, { includeDiseases: true });
}

/**
 * What an identification takes of its caller's own share: as many credits as Plant.id takes for it, and one where
 * Pl@ntNet alone is asked, whose day is scarce too. Beside Plant.id, Pl@ntNet takes nothing more.
 */
export function callerCredits(
  asked: readonly ProviderName[],
  options: Pick<IdentifyOptions, 'includeDiseases'>,
): number {
  return Math.max(0, ...asked.map((provider) => creditsFor(provider, options)));
}

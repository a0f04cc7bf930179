import type { IdentifyOptions, ProviderName } from '../types.ts';

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
 * Returns the credits that an identification takes from its caller's shares: those that Plant.id charges, or one if
 * only Pl@ntNet is asked, whose daily quota is scarce, too. Asking Pl@ntNet beside Plant.id costs nothing more.
 */
export function callerCredits(
  asked: readonly ProviderName[],
  options: Pick<IdentifyOptions, 'includeDiseases'>,
): number {
  return Math.max(0, ...asked.map((provider) => creditsFor(provider, options)));
}

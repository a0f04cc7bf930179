import { PROVIDER_NAMES, type ProviderName } from '../types.ts';
import type { ProviderDefinition } from './definition.ts';
import { plantId } from './plant-id/index.ts';
import { plantNet } from './plantnet/index.ts';

const DEFINITIONS: Readonly<Record<ProviderName, ProviderDefinition>> = { plant_id: plantId, plantnet: plantNet };

export { plantId, plantNet };

/** All providers. The first one leads: its scores are the probabilities, and the others confirm and complete. */
export const PROVIDERS: readonly ProviderDefinition[] = PROVIDER_NAMES.map((name) => DEFINITIONS[name]);

/** All hosts of reference pictures, over https on port 443; pages load pictures from no other foreign host. */
export const REFERENCE_IMAGE_HOSTS: readonly string[] = PROVIDERS.flatMap(({ imageHosts }) => imageHosts);

/** Returns the name of a provider that people know. */
export function displayNameOf(name: ProviderName): string {
  return DEFINITIONS[name].displayName;
}

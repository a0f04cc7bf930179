import type { ProviderRequest } from '../../provider.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { routeUnder } from '../route.ts';

/** Only what we keep is asked for; both kinds share one list. */
const PLANT_DETAILS = [
  'common_names',
  'taxonomy',
  'gbif_id',
  'image',
  'watering',
  'best_light_condition',
  'best_soil_type',
];
const DISEASE_DETAILS = ['local_name', 'description', 'treatment'];

/** One call does all: plant and, when asked for, its health. */
export function identifyRequest(base: URL, apiKey: string, { photos, options }: ProviderRequest): ExchangeRequest {
  const details = options.includeDiseases ? [...PLANT_DETAILS, ...DISEASE_DETAILS] : PLANT_DETAILS;
  // No `datetime`: the moment of the upload says nothing about when the photo was taken.
  const body = {
    images: photos.map((photo) => photo.toString('base64')),
    similar_images: true,
    ...(options.includeDiseases && { health: 'all' }),
    ...options.location,
  };
  return {
    url: routeUnder(base, 'identification', { details: details.join(','), language: options.language }),
    headers: { 'Api-Key': apiKey },
    payload: { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) },
  };
}

/** Free: says whether the key is active and has credits. */
export function usageRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'usage_info'), headers: { 'Api-Key': apiKey } };
}

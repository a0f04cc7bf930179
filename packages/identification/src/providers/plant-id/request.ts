import type { IdentifyOptions, ProviderRequest } from '../../types.ts';
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

/** Nothing is worked out for it; and what it takes is missing for the call that may have to follow. */
const RECALL_MS = 5_000;
const USAGE_MS = 5_000;

/** One call does all: plant and, when asked for, its health. */
export function identifyRequest(
  base: URL,
  apiKey: string,
  { photos, options }: ProviderRequest,
  customId: number | undefined,
): ExchangeRequest {
  // No `datetime`: the moment of the upload says nothing about when the photo was taken.
  const body = {
    images: photos.map((photo) => photo.toString('base64')),
    similar_images: true,
    ...(options.includeDiseases && { health: 'all' }),
    ...options.location,
    ...(customId !== undefined && { custom_id: customId }),
  };
  return {
    url: routeUnder(base, 'identification', wantedOf(options)),
    headers: { 'Api-Key': apiKey },
    payload: { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) },
  };
}

/** Free: the identification that was made under a number of ours. Details and language are not kept with it. */
export function recallRequest(
  base: URL,
  apiKey: string,
  { options }: ProviderRequest,
  customId: number,
): ExchangeRequest {
  return {
    url: routeUnder(base, `identification/${customId}`, wantedOf(options)),
    headers: { 'Api-Key': apiKey },
    timeoutMs: RECALL_MS,
  };
}

function wantedOf({ includeDiseases, language }: IdentifyOptions) {
  const details = includeDiseases ? [...PLANT_DETAILS, ...DISEASE_DETAILS] : PLANT_DETAILS;
  return { details: details.join(','), language };
}

/** Free: says whether the key is active and has credits. */
export function usageRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'usage_info'), headers: { 'Api-Key': apiKey }, timeoutMs: USAGE_MS };
}

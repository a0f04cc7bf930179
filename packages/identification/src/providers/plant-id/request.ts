import type { FeedbackRating, IdentifyOptions, ProviderRequest } from '../../types.ts';
import { type ExchangeRequest, routeUnder } from '../exchange.ts';

/** Details to ask for: only those that are read. Plant and disease details share one list. */
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

/** Short: the service only looks the answer up, and the time is missing for the call that may have to follow. */
const RECALL_MS = 5_000;
const USAGE_MS = 5_000;
const DELETE_MS = 10_000;
const RATING_MS = 10_000;

/**
 * Ratings in the numbers of Plant.id, which documents an integer without a scale. 5 is the vendor's own example, so it is
 * taken for the best of the usual one to five. Only the two ends are sent: an answer is right or wrong.
 */
const RATINGS: Readonly<Record<FeedbackRating, number>> = { right: 5, not_this: 1, it_is: 1 };

/** Builds the one call that asks for the plant and, if wanted, its health. */
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
    url: routeUnder(base, 'identification', detailsOf(options)),
    headers: { 'Api-Key': apiKey },
    payload: { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) },
  };
}

/** Builds the free request for the identification that was made under a recall id. Details and language are not stored with it. */
export function recallRequest(
  base: URL,
  apiKey: string,
  { options }: ProviderRequest,
  customId: number,
): ExchangeRequest {
  return {
    url: routeUnder(base, `identification/${customId}`, detailsOf(options)),
    headers: { 'Api-Key': apiKey },
    timeoutMs: RECALL_MS,
  };
}

/** Builds the free request that deletes the copy of an identification: photos and answer. */
export function deleteRequest(base: URL, apiKey: string, token: string): ExchangeRequest {
  return {
    url: routeUnder(base, `identification/${encodeURIComponent(token)}`),
    headers: { 'Api-Key': apiKey },
    method: 'DELETE',
    timeoutMs: DELETE_MS,
  };
}

/** Builds the free request that tells Plant.id whether an answer was right. It has no comment: names that people type stay here. */
export function ratingRequest(base: URL, apiKey: string, token: string, rating: FeedbackRating): ExchangeRequest {
  return {
    url: routeUnder(base, `identification/${encodeURIComponent(token)}/feedback`),
    headers: { 'Api-Key': apiKey },
    payload: { contentType: 'application/json', bytes: Buffer.from(JSON.stringify({ rating: RATINGS[rating] })) },
    timeoutMs: RATING_MS,
  };
}

function detailsOf({ includeDiseases, language }: IdentifyOptions) {
  const details = includeDiseases ? [...PLANT_DETAILS, ...DISEASE_DETAILS] : PLANT_DETAILS;
  return { details: details.join(','), language };
}

/** Builds the free request whose answer says whether the key is active and has credits. */
export function usageRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'usage_info'), headers: { 'Api-Key': apiKey }, timeoutMs: USAGE_MS };
}

/** Returns everything a call can ask for, as text: part of the contract version. */
export function askedFor(): string {
  const options: IdentifyOptions = {
    includeDiseases: true,
    organs: [],
    location: { latitude: 0, longitude: 0 },
    language: 'en',
  };
  const { payload, url } = identifyRequest(new URL('https://service.invalid'), '', { photos: [], options }, 1);
  return `${url.pathname}${url.search} ${Buffer.from(payload?.bytes ?? []).toString()}`;
}

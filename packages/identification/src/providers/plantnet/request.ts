import type { Organ, ProviderRequest } from '../../types.ts';
import { MAX_CANDIDATES } from '../candidate.ts';
import type { ExchangeRequest } from '../exchange.ts';
import { routeUnder } from '../route.ts';

const USAGE_MS = 5_000;
/** Short, because a caller waits for the list. */
const PROJECTS_MS = 2_000;

/** Multipart with the photos and, under one plain repeated name, an organ for each. */
export async function identifyRequest(
  base: URL,
  apiKey: string,
  { photos, options }: ProviderRequest,
): Promise<ExchangeRequest> {
  const form = new FormData();
  for (const [index, photo] of photos.entries()) {
    form.append('images', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), `photo-${index + 1}.jpg`);
  }
  for (const organ of acceptedOrgans(options.organs)) form.append('organs', organ);
  const encoded = new Response(form);
  return {
    url: routeUnder(base, `identify/${encodeURIComponent(options.project ?? 'all')}`, {
      'api-key': apiKey,
      'include-related-images': 'true',
      'nb-results': String(MAX_CANDIDATES),
      lang: options.language,
    }),
    payload: {
      contentType: encoded.headers.get('content-type') ?? '',
      bytes: new Uint8Array(await encoded.arrayBuffer()),
    },
  };
}

/** `habit` and `other` are only taken beside an organ proper; on their own the service is left to see for itself. */
function acceptedOrgans(organs: readonly Organ[]): readonly Organ[] {
  return organs.some((organ) => organ !== 'habit' && organ !== 'other') ? organs : [];
}

/** Free: says whether the key works and what is left of the day. */
export function quotaRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'quota/daily', { 'api-key': apiKey }), timeoutMs: USAGE_MS };
}

/** Requests the list of projects (floras); costs no quota. */
export function projectsRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'projects', { 'api-key': apiKey }), timeoutMs: PROJECTS_MS };
}

import type { IdentifyOptions, Organ, ProviderRequest } from '../../types.ts';
import { MAX_CANDIDATES } from '../candidate.ts';
import { type ExchangeRequest, routeUnder } from '../exchange.ts';

const USAGE_MS = 5_000;

/** Short, because a caller waits for the list. */
const PROJECTS_MS = 2_000;

/** Builds the call: multipart with the photos and, under one plain repeated name, an organ for each. */
export async function identifyRequest(base: URL, apiKey: string, request: ProviderRequest): Promise<ExchangeRequest> {
  const encoded = new Response(formOf(request));
  return {
    url: identifyUrl(base, apiKey, request.options),
    payload: {
      contentType: encoded.headers.get('content-type') ?? '',
      bytes: new Uint8Array(await encoded.arrayBuffer()),
    },
  };
}

function identifyUrl(base: URL, apiKey: string, { language, project = 'all' }: IdentifyOptions): URL {
  return routeUnder(base, `identify/${encodeURIComponent(project)}`, {
    'api-key': apiKey,
    'include-related-images': 'true',
    'nb-results': String(MAX_CANDIDATES),
    lang: language,
  });
}

function formOf({ options, photos }: ProviderRequest): FormData {
  const form = new FormData();
  for (const [index, photo] of photos.entries()) {
    form.append('images', new Blob([new Uint8Array(photo)], { type: 'image/jpeg' }), `photo-${index + 1}.jpg`);
  }
  for (const organ of acceptedOrgans(options.organs)) form.append('organs', organ);
  return form;
}

/** Returns everything a call can ask for, as text: part of the contract version. */
export function askedFor(): string {
  const options: IdentifyOptions = { includeDiseases: false, organs: ['leaf'], language: 'en' };
  const { pathname, search } = identifyUrl(new URL('https://service.invalid'), '', options);
  const fields = [...formOf({ photos: [Buffer.alloc(0)], options }).keys()];
  return `${pathname}${search} ${fields.join(',')}`;
}

/** The service accepts `habit` and `other` only beside another organ; on their own they are not sent, and it detects the organ. */
function acceptedOrgans(organs: readonly Organ[]): readonly Organ[] {
  return organs.some((organ) => organ !== 'habit' && organ !== 'other') ? organs : [];
}

/** Builds the free request whose answer says whether the key works and what is left of the day. */
export function quotaRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'quota/daily', { 'api-key': apiKey }), timeoutMs: USAGE_MS };
}

/** Builds the request for the list of projects (floras); it costs no quota. */
export function projectsRequest(base: URL, apiKey: string): ExchangeRequest {
  return { url: routeUnder(base, 'projects', { 'api-key': apiKey }), timeoutMs: PROJECTS_MS };
}

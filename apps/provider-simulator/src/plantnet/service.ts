import { diagnose } from '../diagnosis.ts';
import type { Incoming } from '../incoming.ts';
import { seedOf } from '../photo.ts';
import { readParameters } from './parameters.ts';
import { present } from './presentation.ts';
import { isProject, LANGUAGES, projects } from './projects.ts';
import { DailyQuota } from './quota.ts';
import { Refusal } from './refusal.ts';
import { readUpload } from './upload.ts';

export const PLANTNET_PATH = '/v2';

export interface Circumstances {
  outOfCredits: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Pl@ntNet's API v2: identifications, what is left of the day, and the lists around them. */
export class PlantNetService {
  readonly #quota: DailyQuota;

  /** @param perDay identifications that the plan allows */
  constructor(perDay: number) {
    this.#quota = new DailyQuota(perDay);
  }

  async answer(request: Incoming, circumstances: Circumstances): Promise<Response> {
    try {
      return await this.#route(request, circumstances);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      throw error;
    }
  }

  async #route(request: Incoming, circumstances: Circumstances): Promise<Response> {
    const path = request.url.pathname.slice(PLANTNET_PATH.length);
    if (path === '/_status') return Response.json({ status: 'ok' });
    checkKey(request.url.searchParams);
    switch (path) {
      case '/languages':
        return Response.json(LANGUAGES);
      case '/projects':
        return Response.json(projects());
      case '/quota/daily':
        return Response.json(this.#quota.body(circumstances.now, circumstances.outOfCredits));
    }
    const project = /^\/identify\/([^/]+)$/.exec(path)?.[1];
    if (project === undefined) throw new Refusal(404, `Route ${request.method}:${path} not found`);
    return await this.#identify(request, decodeURIComponent(project), circumstances);
  }

  async #identify(request: Incoming, project: string, { outOfCredits, now }: Circumstances): Promise<Response> {
    if (outOfCredits || this.#quota.isUsedUp(now)) {
      return new Refusal(429).toResponse(this.#quota.headers(now, true));
    }
    this.#quota.spend(now);
    const headers = this.#quota.headers(now, false);
    try {
      const body = await identify(request, project, this.#quota.remaining(now));
      return Response.json(body, { headers });
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse(headers);
      throw error;
    }
  }
}

async function identify(request: Incoming, project: string, remaining: number): Promise<object> {
  if (request.method === 'GET') throw speciesNotFound();
  if (request.method !== 'POST') throw new Refusal(405);
  if (request.tooLarge) throw new Refusal(413);
  if (!isProject(project)) throw new Refusal(404, `Unknown project: ${project}`);
  const parameters = readParameters(request.url.searchParams);
  const upload = await readUpload(request);
  const seed = seedOf(upload.photos) ?? (parameters.noReject ? upload.photos[0]?.seed : undefined);
  if (seed === undefined) throw speciesNotFound();
  return present(project, upload, parameters, diagnose(seed).plantNet, remaining);
}

/** Also what a GET is told whose image cannot be fetched, and here none can. */
function speciesNotFound(): Refusal {
  return new Refusal(404, 'Species not found');
}

/** Any key will do, but for those that begin with `bad`. */
function checkKey(query: URLSearchParams): void {
  const key = query.get('api-key');
  if (!key) throw new Refusal(401, 'Missing API key');
  if (key.startsWith('bad')) throw new Refusal(401, 'Invalid API key');
}

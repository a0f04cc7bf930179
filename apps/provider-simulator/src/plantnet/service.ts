import { seedOf } from '../photo.ts';
import { recognize, SPECIES } from '../recognition.ts';
import type { SimulatorRequest } from '../server.ts';
import { PlantNetError } from './error.ts';
import { readParameters, readUpload } from './request.ts';
import { present } from './response.ts';

export const PLANTNET_PATH = '/v2';

export interface CallContext {
  outOfCredits: boolean;
  /** Milliseconds since 1970. */
  now: number;
}

/** Pl@ntNet's API v2: identifications, the daily quota, and the lists of projects and languages. */
export class PlantNetService {
  readonly #quota: DailyQuota;

  /** @param perDay identifications that the plan allows */
  constructor(perDay: number) {
    this.#quota = new DailyQuota(perDay);
  }

  async respond(request: SimulatorRequest, context: CallContext): Promise<Response> {
    try {
      return await this.#route(request, context);
    } catch (error) {
      if (error instanceof PlantNetError) return error.toResponse();
      throw error;
    }
  }

  async #route(request: SimulatorRequest, context: CallContext): Promise<Response> {
    const path = request.url.pathname.slice(PLANTNET_PATH.length);
    if (path === '/_status') return Response.json({ status: 'ok' });
    checkKey(request.url.searchParams);
    switch (path) {
      case '/languages':
        return Response.json(LANGUAGES);
      case '/projects':
        return Response.json(projects());
      case '/quota/daily':
        return Response.json(this.#quota.body(context.now, context.outOfCredits));
    }
    const project = /^\/identify\/([^/]+)$/.exec(path)?.[1];
    if (project === undefined) throw new PlantNetError(404, `Route ${request.method}:${path} not found`);
    return await this.#identify(request, decodeURIComponent(project), context);
  }

  async #identify(request: SimulatorRequest, project: string, { outOfCredits, now }: CallContext): Promise<Response> {
    if (outOfCredits || this.#quota.isUsedUp(now)) {
      return new PlantNetError(429).toResponse(this.#quota.headers(now, true));
    }
    this.#quota.spend(now);
    const headers = this.#quota.headers(now, false);
    try {
      const body = await identify(request, project, this.#quota.remaining(now));
      return Response.json(body, { headers });
    } catch (error) {
      if (error instanceof PlantNetError) return error.toResponse(headers);
      throw error;
    }
  }
}

async function identify(request: SimulatorRequest, project: string, remaining: number): Promise<object> {
  if (request.method === 'GET') throw speciesNotFound();
  if (request.method !== 'POST') throw new PlantNetError(405);
  if (request.isTooLarge) throw new PlantNetError(413);
  if (!isProject(project)) throw new PlantNetError(404, `Unknown project: ${project}`);
  const parameters = readParameters(request.url.searchParams);
  const upload = await readUpload(request);
  const seed = seedOf(upload.photos) ?? (parameters.noReject ? upload.photos[0]?.seed : undefined);
  if (seed === undefined) throw speciesNotFound();
  return present(project, upload, parameters, recognize(seed).plantNet, remaining);
}

/** Also answers a GET: the real service does so when it cannot fetch the image, and the simulator fetches none. */
function speciesNotFound(): PlantNetError {
  return new PlantNetError(404, 'Species not found');
}

/** Accepts any key, except those that begin with `bad`. */
function checkKey(query: URLSearchParams): void {
  const key = query.get('api-key');
  if (!key) throw new PlantNetError(401, 'Missing API key');
  if (key.startsWith('bad')) throw new PlantNetError(401, 'Invalid API key');
}

const DAY_MS = 86_400_000;

/** Counts identifications per UTC day. Refused ones count too, unless the key was rejected. */
class DailyQuota {
  readonly #perDay: number;
  #day = '';
  #count = 0;

  constructor(perDay: number) {
    this.#perDay = perDay;
  }

  spend(now: number): void {
    this.#startDay(now);
    this.#count += 1;
  }

  isUsedUp(now: number): boolean {
    return this.remaining(now) === 0;
  }

  remaining(now: number): number {
    this.#startDay(now);
    return Math.max(0, this.#perDay - this.#count);
  }

  /** Returns the body of `/quota/daily`. */
  body(now: number, isEmpty: boolean): object {
    const remaining = isEmpty ? 0 : this.remaining(now);
    return {
      day: dayOf(now),
      quota: { identify: { count: this.#perDay - remaining, total: this.#perDay, remaining } },
    };
  }

  /** Returns the headers of every identification (IETF draft 8 of RateLimit header fields). */
  headers(now: number, isEmpty: boolean): Record<string, string> {
    const remaining = isEmpty ? 0 : this.remaining(now);
    const reset = Math.ceil((nextDay(now) - now) / 1000);
    return {
      'RateLimit-Policy': `"dailyQuota";q=${this.#perDay};w=86400;pk=:c2ltdWxhdG9y:`,
      RateLimit: `"dailyQuota";r=${remaining};t=${reset};pk=:c2ltdWxhdG9y:`,
      ...(remaining === 0 && { 'Retry-After': new Date(nextDay(now)).toUTCString() }),
    };
  }

  #startDay(now: number): void {
    const day = dayOf(now);
    if (day === this.#day) return;
    this.#day = day;
    this.#count = 0;
  }
}

function dayOf(now: number): string {
  return new Date(now).toISOString().slice(0, 10);
}

function nextDay(now: number): number {
  return (Math.floor(now / DAY_MS) + 1) * DAY_MS;
}

/** Titles of the service's floras, by id. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ['k-world-flora', 'World flora'],
  ['k-middle-europe', 'Middle Europe'],
  ['k-southwestern-europe', 'Southwestern Europe'],
  ['k-southeastern-europe', 'Southeastern Europe'],
  ['k-northern-europe', 'Northern Europe'],
  ['useful', 'Useful plants'],
  ['weeds', 'Weeds'],
]);

/** Older ids that still work. */
const LEGACY = new Set(['weurope', 'canada', 'the-plant-list']);

function isProject(id: string): boolean {
  return id === 'all' || TITLES.has(id) || LEGACY.has(id);
}

function projects(): object[] {
  return [...TITLES].map(([id, title]) => ({
    id,
    title,
    description: `Plants of: ${title}`,
    speciesCount: SPECIES.length,
  }));
}

const LANGUAGES: readonly string[] = ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl', 'pl', 'cs', 'sv', 'ja', 'zh'];

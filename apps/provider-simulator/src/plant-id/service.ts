import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Photo, readPhoto, seedOf } from '../photo.ts';
import { recognize } from '../recognition.ts';
import type { SimulatorRequest } from '../server.ts';
import { OUT_OF_CREDITS, PlantIdError } from './error.ts';
import { assessHealth } from './health.ts';
import { type IdentificationOptions, readIdentification } from './request.ts';
import { type Identification, present, readDetailQuery } from './response.ts';

export const PLANT_ID_PATH = '/api/v3';
const MAX_PIXELS = 25_000_000;

export interface CallContext {
  outOfCredits: boolean;
  /** Milliseconds since 1970. */
  now: number;
  origin: string;
}

/** Plant.id's API v3: identifications, usage and error responses. */
export class PlantIdService {
  readonly #records = new IdentificationStore();
  readonly #credits = new Credits();

  async respond(request: SimulatorRequest, context: CallContext): Promise<Response> {
    try {
      if (request.isTooLarge) throw new PlantIdError(413, 'Request Entity Too Large');
      return await this.#route(request, context);
    } catch (error) {
      if (error instanceof PlantIdError) return error.toResponse();
      throw error;
    }
  }

  async #route(request: SimulatorRequest, context: CallContext): Promise<Response> {
    const [resource = '', id, part, ...more] = request.url.pathname.slice(PLANT_ID_PATH.length + 1).split('/');
    if (more.length > 0) throw notFound();
    checkKey(request.headers);
    if (resource === 'usage_info' && id === undefined) return this.#usage(request, context);
    if (resource === 'health_assessment' && id === undefined) return this.#create(request, context, 'only');
    if (resource !== 'identification') throw notFound();
    if (id === undefined) return this.#create(request, context);
    const record = this.#records.find(id);
    if (!record) throw new PlantIdError(404, 'The requested identification does not exist.');
    if (part === undefined) return this.#stored(request, record, context);
    if (part !== 'feedback') throw notFound();
    return feedback(request, record);
  }

  #usage(request: SimulatorRequest, { outOfCredits }: CallContext): Response {
    requireMethod(request, 'GET');
    return Response.json(this.#credits.usage(outOfCredits, OUT_OF_CREDITS));
  }

  async #create(request: SimulatorRequest, context: CallContext, health?: 'only'): Promise<Response> {
    requireMethod(request, 'POST');
    if (context.outOfCredits) throw new PlantIdError(429, OUT_OF_CREDITS);
    const { images, options } = await readIdentification(request);
    const photos = await Promise.all(images.map(requirePhoto));
    const requested: IdentificationOptions = health ? { ...options, health } : options;
    this.#credits.spend(requested.health === 'all' ? 2 : 1);
    const record = this.#records.add(identify(photos, requested, context.now));
    const pending = request.url.searchParams.get('async') === 'true';
    const body = present(record, readDetailQuery(request.url.searchParams), context.origin, pending);
    return Response.json(body, { status: 201 });
  }

  #stored(request: SimulatorRequest, record: Identification, { origin }: CallContext): Response {
    requireMethod(request, 'GET', 'DELETE');
    if (request.method === 'GET')
      return Response.json(present(record, readDetailQuery(request.url.searchParams), origin));
    this.#records.delete(record);
    return Response.json(true);
  }
}

function identify(
  photos: readonly Photo[],
  options: IdentificationOptions,
  now: number,
): Omit<Identification, 'accessToken'> {
  const seed = seedOf(photos);
  const names = photos.map((photo) => photo.seed);
  // The real service lists weak guesses for some pictures without a plant, and none for others.
  const guess = seed ?? (Number.parseInt(names[0]?.at(-1) ?? '0', 16) % 2 === 0 ? names[0] : undefined);
  return {
    options,
    photos: names,
    isPlant: seed !== undefined,
    result: guess === undefined ? undefined : { recognition: recognize(guess), health: assessHealth(guess) },
    created: now,
  };
}

async function requirePhoto(bytes: Buffer): Promise<Photo> {
  const photo = await readPhoto(bytes);
  if (!photo || photo.width * photo.height > MAX_PIXELS) throw new PlantIdError(400, 'Invalid image data');
  return photo;
}

const feedbackBody = z.object({ comment: z.string().optional(), rating: z.int().optional() });

function feedback(request: SimulatorRequest, record: Identification): Response {
  requireMethod(request, 'POST');
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString());
  } catch {
    throw new PlantIdError(400, 'Invalid json data');
  }
  const { data } = feedbackBody.safeParse(body);
  if (data?.comment === undefined && data?.rating === undefined)
    throw new PlantIdError(400, 'Empty feedback provided.');
  record.feedback = data;
  return Response.json({});
}

function requireMethod(request: SimulatorRequest, ...methods: string[]): void {
  if (!methods.includes(request.method)) throw new PlantIdError(405, '');
}

function notFound(): PlantIdError {
  return new PlantIdError(404, 'API endpoint not found.');
}

/** Accepts any key, except those that begin with `bad` (unknown) or `inactive` (not active). */
function checkKey(headers: Headers): void {
  const key = headers.get('api-key')?.trim();
  if (!key) throw new PlantIdError(401, 'No api key provided.');
  if (key.startsWith('bad')) throw new PlantIdError(401, 'The specified api key not found.');
  if (key.startsWith('inactive')) throw new PlantIdError(401, 'The specified api key is not active.');
}

const TOTAL_CREDITS = 100_000;

/** Credits of the one account to which every key belongs. */
class Credits {
  #used = 0;

  spend(credits: number): void {
    this.#used += credits;
  }

  /** Returns the body of `usage_info`. */
  usage(isEmpty: boolean, reason: string): object {
    const total = isEmpty ? this.#used : TOTAL_CREDITS;
    return {
      active: true,
      credit_limits: { day: null, week: null, month: null, total },
      used: { day: this.#used, week: this.#used, month: this.#used, total: this.#used },
      can_use_credits: { value: !isEmpty, reason: isEmpty ? reason : null },
      remaining: { day: null, week: null, month: null, total: total - this.#used },
    };
  }
}

const MAX_STORED = 1000;

/** Keeps the newest identifications, which can be asked for again by access token or custom id. */
class IdentificationStore {
  readonly #byToken = new Map<string, Identification>();

  add(record: Omit<Identification, 'accessToken'>): Identification {
    const identification = { ...record, accessToken: randomBytes(11).toString('base64url') };
    this.#byToken.set(identification.accessToken, identification);
    const [oldest] = this.#byToken.keys();
    if (this.#byToken.size > MAX_STORED && oldest !== undefined) this.#byToken.delete(oldest);
    return identification;
  }

  find(id: string): Identification | undefined {
    const byToken = this.#byToken.get(id);
    if (byToken || !/^\d+$/.test(id)) return byToken;
    return [...this.#byToken.values()].findLast(({ options }) => options.custom_id === Number(id));
  }

  delete(record: Identification): void {
    this.#byToken.delete(record.accessToken);
  }
}

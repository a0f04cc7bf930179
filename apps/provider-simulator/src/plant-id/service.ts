import { z } from 'zod';
import { diagnose } from '../diagnosis.ts';
import { healthOf } from '../health.ts';
import type { Incoming } from '../incoming.ts';
import { type Photo, seedOf, seePhoto } from '../photo.ts';
import { Credits } from './credits.ts';
import { wantedBy } from './details.ts';
import { checkKey } from './key.ts';
import { type Options, readOrder } from './order.ts';
import { present } from './presentation.ts';
import { type Identification, Records } from './record.ts';
import { OUT_OF_CREDITS, Refusal } from './refusal.ts';

export const PLANT_ID_PATH = '/api/v3';
const MAX_PIXELS = 25_000_000;

export interface Circumstances {
  outOfCredits: boolean;
  /** Milliseconds since 1970. */
  now: number;
  origin: string;
}

/** Plant.id's API v3: identifications, usage, and the refusals that go with them. */
export class PlantIdService {
  readonly #records = new Records();
  readonly #credits = new Credits();

  async answer(request: Incoming, circumstances: Circumstances): Promise<Response> {
    try {
      if (request.tooLarge) throw new Refusal(413, 'Request Entity Too Large');
      return await this.#route(request, circumstances);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      throw error;
    }
  }

  async #route(request: Incoming, circumstances: Circumstances): Promise<Response> {
    const [resource = '', id, part, ...more] = request.url.pathname.slice(PLANT_ID_PATH.length + 1).split('/');
    if (more.length > 0) throw notFound();
    checkKey(request.headers);
    if (resource === 'usage_info' && id === undefined) return this.#usage(request, circumstances);
    if (resource === 'health_assessment' && id === undefined) return this.#create(request, circumstances, 'only');
    if (resource !== 'identification') throw notFound();
    if (id === undefined) return this.#create(request, circumstances);
    const record = this.#records.find(id);
    if (!record) throw new Refusal(404, 'The requested identification does not exist.');
    if (part === undefined) return this.#kept(request, record, circumstances);
    if (part !== 'feedback') throw notFound();
    return feedback(request, record);
  }

  #usage(request: Incoming, { outOfCredits }: Circumstances): Response {
    allow(request, 'GET');
    return Response.json(this.#credits.usage(outOfCredits, OUT_OF_CREDITS));
  }

  async #create(request: Incoming, circumstances: Circumstances, health?: 'only'): Promise<Response> {
    allow(request, 'POST');
    if (circumstances.outOfCredits) throw new Refusal(429, OUT_OF_CREDITS);
    const { images, options } = await readOrder(request);
    const photos = await Promise.all(images.map(seeOrRefuse));
    const ordered: Options = health ? { ...options, health } : options;
    this.#credits.spend(ordered.health === 'all' ? 2 : 1);
    const record = this.#records.add(identify(photos, ordered, circumstances.now));
    const pending = request.url.searchParams.get('async') === 'true';
    const body = present(record, wantedBy(request.url.searchParams), circumstances.origin, pending);
    return Response.json(body, { status: 201 });
  }

  #kept(request: Incoming, record: Identification, { origin }: Circumstances): Response {
    allow(request, 'GET', 'DELETE');
    if (request.method === 'GET') return Response.json(present(record, wantedBy(request.url.searchParams), origin));
    this.#records.delete(record);
    return Response.json(true);
  }
}

function identify(photos: readonly Photo[], options: Options, now: number): Omit<Identification, 'accessToken'> {
  const seed = seedOf(photos);
  const names = photos.map((photo) => photo.seed);
  // The service may list faint guesses for what is no plant, or none: either is met here.
  const guess = seed ?? (Number.parseInt(names[0]?.at(-1) ?? '0', 16) % 2 === 0 ? names[0] : undefined);
  return {
    options,
    photos: names,
    isPlant: seed !== undefined,
    seen: guess === undefined ? undefined : { diagnosis: diagnose(guess), health: healthOf(guess) },
    created: now,
  };
}

async function seeOrRefuse(bytes: Buffer): Promise<Photo> {
  const photo = await seePhoto(bytes);
  if (!photo || photo.width * photo.height > MAX_PIXELS) throw new Refusal(400, 'Invalid image data');
  return photo;
}

const feedbackBody = z.object({ comment: z.string().optional(), rating: z.int().optional() });

function feedback(request: Incoming, record: Identification): Response {
  allow(request, 'POST');
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString());
  } catch {
    throw new Refusal(400, 'Invalid json data');
  }
  const { data } = feedbackBody.safeParse(body);
  if (data?.comment === undefined && data?.rating === undefined) throw new Refusal(400, 'Empty feedback provided.');
  record.feedback = data;
  return Response.json({});
}

function allow(request: Incoming, ...methods: string[]): void {
  if (!methods.includes(request.method)) throw new Refusal(405, '');
}

function notFound(): Refusal {
  return new Refusal(404, 'API endpoint not found.');
}

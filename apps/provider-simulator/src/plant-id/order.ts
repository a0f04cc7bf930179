import { z } from 'zod';
import type { Incoming } from '../incoming.ts';
import { Refusal } from './refusal.ts';

/** What a client orders beside the photos. */
const options = z.object({
  latitude: z.number().min(-90).max(90).nullish(),
  longitude: z.number().min(-180).max(180).nullish(),
  datetime: z.string('not a string').nullish(),
  similar_images: z.boolean().nullish(),
  custom_id: z.int().nullish(),
  health: z.enum(['all', 'only', 'auto']).nullish(),
  classification_level: z.enum(['species', 'genus', 'all']).nullish(),
  classification_raw: z.boolean().nullish(),
});
export type Options = z.infer<typeof options>;

export interface Order {
  images: Buffer[];
  options: Options;
}

const MAX_IMAGES = 5;
const MAX_CUSTOM_ID = 2 ** 63;
/** With an offset or none; the service does not know the letter Z. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?([+-]\d\d:\d\d)?$/;

/** @throws {Refusal} with the service's own words. */
export async function readOrder(request: Incoming): Promise<Order> {
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') ?? false;
  const { fields, images } = isForm ? await readForm(request) : readJson(request);
  const parsed = options.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(400, `Invalid JSON value error: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { datetime, custom_id } = parsed.data;
  if (typeof datetime === 'string' && !ISO.test(datetime)) {
    throw new Refusal(400, 'Invalid JSON value error: datetime: not in ISO format');
  }
  if ((custom_id ?? 0) >= MAX_CUSTOM_ID) throw new Refusal(400, 'Custom id is too large');
  if (images.length === 0) throw new Refusal(400, 'Missing image data');
  if (images.length > MAX_IMAGES) throw new Refusal(400, `Invalid JSON value error: images: at most ${MAX_IMAGES}`);
  return { images, options: parsed.data };
}

function readJson(request: Incoming): { fields: object; images: Buffer[] } {
  if (request.body.length === 0) throw new Refusal(400, 'Missing json data');
  const fields = parseObject(request.body.toString());
  const images = 'images' in fields ? fields.images : undefined;
  if (images === undefined || images === null) throw new Refusal(400, 'Missing image data');
  const list = z.array(z.string()).safeParse(images);
  if (!list.success) throw new Refusal(400, 'Images have to be list of base64 strings');
  return { fields, images: list.data.map(readImage) };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Refused below like any other text.
  }
  throw new Refusal(400, 'Invalid json data');
}

/** Raw base64 or a data URI. An address is valid too, but nothing is fetched here. */
function readImage(image: string): Buffer {
  if (/^https?:/.test(image)) throw new Refusal(400, 'Invalid image data');
  const base64 = image.replace(/^data:image\/[a-z+.-]+;base64,/, '').replace(/\s+/g, '');
  if (base64 === '' || base64.length % 4 === 1 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new Refusal(400, 'Invalid base64 image data');
  }
  return Buffer.from(base64, 'base64');
}

/** The other form that the service takes: files under any name, options as text. */
async function readForm(request: Incoming): Promise<{ fields: object; images: Buffer[] }> {
  const type = request.headers.get('content-type') ?? '';
  const form = await new Response(new Uint8Array(request.body), { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => {
      throw new Refusal(400, 'Missing image data');
    });
  const fields: Record<string, unknown> = {};
  const images: Buffer[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = readField(name, value);
    else images.push(Buffer.from(await value.arrayBuffer()));
  }
  return { fields, images };
}

function readField(name: string, value: string): unknown {
  if (['latitude', 'longitude', 'custom_id'].includes(name)) return Number(value);
  if (['similar_images', 'classification_raw'].includes(name)) return value === 'true';
  return value;
}

import { z } from 'zod';
import type { SimulatorRequest } from '../server.ts';
import { PlantIdError } from './error.ts';

/** The options of a request beside its photos. */
const optionsSchema = z.object({
  latitude: z.number().min(-90).max(90).nullish(),
  longitude: z.number().min(-180).max(180).nullish(),
  datetime: z.string('not a string').nullish(),
  similar_images: z.boolean().nullish(),
  custom_id: z.int().nullish(),
  health: z.enum(['all', 'only', 'auto']).nullish(),
  classification_level: z.enum(['species', 'genus', 'all']).nullish(),
  classification_raw: z.boolean().nullish(),
});
export type IdentificationOptions = z.infer<typeof optionsSchema>;

export interface IdentificationRequest {
  images: Buffer[];
  options: IdentificationOptions;
}

const MAX_IMAGES = 5;
const MAX_CUSTOM_ID = 2 ** 63;
/** Matches times with an offset or without one; the service does not accept the letter Z. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?([+-]\d\d:\d\d)?$/;

/** Reads an identification. @throws {PlantIdError} with the texts of the real service */
export async function readIdentification(request: SimulatorRequest): Promise<IdentificationRequest> {
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') ?? false;
  const { fields, images } = isForm ? await readForm(request) : readJson(request);
  const parsed = optionsSchema.safeParse(fields);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PlantIdError(400, `Invalid JSON value error: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { datetime, custom_id } = parsed.data;
  if (typeof datetime === 'string' && !ISO_TIME.test(datetime)) {
    throw new PlantIdError(400, 'Invalid JSON value error: datetime: not in ISO format');
  }
  if ((custom_id ?? 0) >= MAX_CUSTOM_ID) throw new PlantIdError(400, 'Custom id is too large');
  if (images.length === 0) throw new PlantIdError(400, 'Missing image data');
  if (images.length > MAX_IMAGES)
    throw new PlantIdError(400, `Invalid JSON value error: images: at most ${MAX_IMAGES}`);
  return { images, options: parsed.data };
}

function readJson(request: SimulatorRequest): { fields: object; images: Buffer[] } {
  if (request.body.length === 0) throw new PlantIdError(400, 'Missing json data');
  const fields = parseObject(request.body.toString());
  const images = 'images' in fields ? fields.images : undefined;
  if (images === undefined || images === null) throw new PlantIdError(400, 'Missing image data');
  const list = z.array(z.string()).safeParse(images);
  if (!list.success) throw new PlantIdError(400, 'Images have to be list of base64 strings');
  return { fields, images: list.data.map(readImage) };
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Rejected below like any other text.
  }
  throw new PlantIdError(400, 'Invalid json data');
}

/** Decodes base64 or a data URI. The real service also accepts URLs; the simulator fetches nothing. */
function readImage(image: string): Buffer {
  if (/^https?:/.test(image)) throw new PlantIdError(400, 'Invalid image data');
  const base64 = image.replace(/^data:image\/[a-z+.-]+;base64,/, '').replace(/\s+/g, '');
  if (base64 === '' || base64.length % 4 === 1 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new PlantIdError(400, 'Invalid base64 image data');
  }
  return Buffer.from(base64, 'base64');
}

/** Reads the form encoding of a request: files under any name, options as text. */
async function readForm(request: SimulatorRequest): Promise<{ fields: object; images: Buffer[] }> {
  const type = request.headers.get('content-type') ?? '';
  const form = await new Response(new Uint8Array(request.body), { headers: { 'Content-Type': type } })
    .formData()
    .catch(() => {
      throw new PlantIdError(400, 'Missing image data');
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

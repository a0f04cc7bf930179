import { createHash } from 'node:crypto';
import type { Incoming } from '../incoming.ts';
import { type Photo, seePhoto } from '../photo.ts';
import { Refusal } from './refusal.ts';

/** What was uploaded, checked. */
export interface Upload {
  photos: readonly (Photo & { hash: string; filename: string })[];
  /** One per photo. */
  organs: readonly string[];
}

const MAX_IMAGES = 5;
const ORGANS = new Set(['leaf', 'flower', 'fruit', 'bark', 'auto']);
/** Taken only beside one of the others. */
const SIDE_ORGANS = new Set(['habit', 'other']);

/** @throws {Refusal} 400 or 415. */
export async function readUpload(request: Incoming): Promise<Upload> {
  const form = await formOf(request);
  const files: File[] = [];
  const organs: string[] = [];
  for (const [name, value] of form) {
    if (name === 'images' && typeof value !== 'string') files.push(value);
    else if (name === 'organs' && typeof value === 'string') organs.push(value);
    else throw new Refusal(400, `"${name}" is not allowed`);
  }
  if (files.length === 0) throw new Refusal(400, '"images" is required');
  if (files.length > MAX_IMAGES) throw new Refusal(400, `"images" must contain at most ${MAX_IMAGES} items`);
  checkOrgans(organs, files.length);
  const photos = await Promise.all(files.map(seeOrRefuse));
  return { photos, organs: organs.length > 0 ? organs : photos.map(() => 'auto') };
}

async function formOf(request: Incoming): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) throw new Refusal(415);
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'Content-Type': type } }).formData();
  } catch {
    throw new Refusal(400, 'Malformed multipart body');
  }
}

function checkOrgans(organs: readonly string[], images: number): void {
  const unknown = organs.find((organ) => !ORGANS.has(organ) && !SIDE_ORGANS.has(organ));
  if (unknown !== undefined) throw new Refusal(400, '"organs" must be one of [leaf, flower, fruit, bark, auto]');
  if (organs.length === 0) return;
  if (organs.length !== images) throw new Refusal(400, 'Number of images and organs must match');
  if (!organs.some((organ) => ORGANS.has(organ))) {
    throw new Refusal(400, '"organs" must contain one of [leaf, flower, fruit, bark, auto]');
  }
}

async function seeOrRefuse(file: File, index: number): Promise<Upload['photos'][number]> {
  const bytes = Buffer.from(await file.arrayBuffer());
  const isPng = bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n';
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  if (!isPng && !isJpeg) throw new Refusal(415, `Unsupported file type for image[${index}] (jpeg or png)`);
  const photo = await seePhoto(bytes);
  if (!photo) throw new Refusal(400, `Unreadable image[${index}]`);
  return { ...photo, hash: createHash('md5').update(bytes).digest('hex'), filename: file.name };
}

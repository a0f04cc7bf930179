import { createHash } from 'node:crypto';
import { type Photo, readPhoto } from '../photo.ts';
import type { SimulatorRequest } from '../server.ts';
import { PlantNetError } from './error.ts';

/** The validated body of an identification. */
export interface Upload {
  photos: readonly (Photo & { hash: string; filename: string })[];
  /** One per photo. */
  organs: readonly string[];
}

const MAX_IMAGES = 5;
const ORGANS = new Set(['leaf', 'flower', 'fruit', 'bark', 'auto']);
/** Accepted only together with one of `ORGANS`. */
const SIDE_ORGANS = new Set(['habit', 'other']);

/** @throws {PlantNetError} 400 or 415 */
export async function readUpload(request: SimulatorRequest): Promise<Upload> {
  const form = await formOf(request);
  const files: File[] = [];
  const organs: string[] = [];
  for (const [name, value] of form) {
    if (name === 'images' && typeof value !== 'string') files.push(value);
    else if (name === 'organs' && typeof value === 'string') organs.push(value);
    else throw new PlantNetError(400, `"${name}" is not allowed`);
  }
  if (files.length === 0) throw new PlantNetError(400, '"images" is required');
  if (files.length > MAX_IMAGES) throw new PlantNetError(400, `"images" must contain at most ${MAX_IMAGES} items`);
  checkOrgans(organs, files.length);
  const photos = await Promise.all(files.map(requirePhoto));
  return { photos, organs: organs.length > 0 ? organs : photos.map(() => 'auto') };
}

async function formOf(request: SimulatorRequest): Promise<FormData> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data')) throw new PlantNetError(415);
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'Content-Type': type } }).formData();
  } catch {
    throw new PlantNetError(400, 'Malformed multipart body');
  }
}

function checkOrgans(organs: readonly string[], images: number): void {
  const unknown = organs.find((organ) => !ORGANS.has(organ) && !SIDE_ORGANS.has(organ));
  if (unknown !== undefined) throw new PlantNetError(400, '"organs" must be one of [leaf, flower, fruit, bark, auto]');
  if (organs.length === 0) return;
  if (organs.length !== images) throw new PlantNetError(400, 'Number of images and organs must match');
  if (!organs.some((organ) => ORGANS.has(organ))) {
    throw new PlantNetError(400, '"organs" must contain one of [leaf, flower, fruit, bark, auto]');
  }
}

async function requirePhoto(file: File, index: number): Promise<Upload['photos'][number]> {
  const bytes = Buffer.from(await file.arrayBuffer());
  const isPng = bytes.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n';
  const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
  if (!isPng && !isJpeg) throw new PlantNetError(415, `Unsupported file type for image[${index}] (jpeg or png)`);
  const photo = await readPhoto(bytes);
  if (!photo) throw new PlantNetError(400, `Unreadable image[${index}]`);
  return { ...photo, hash: createHash('md5').update(bytes).digest('hex'), filename: file.name };
}

/** The query of an identification. */
export interface Parameters {
  relatedImages: boolean;
  noReject: boolean;
  results: number;
  language: string;
  type: string | null;
}

const KNOWN = new Set([
  'api-key',
  'authenix-access-token',
  'detailed',
  'images',
  'include-related-images',
  'lang',
  'nb-results',
  'no-reject',
  'organs',
  'type',
]);

/** @throws {PlantNetError} 400 */
export function readParameters(query: URLSearchParams): Parameters {
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw new PlantNetError(400, `"${unknown}" is not allowed`);
  const results = Number(query.get('nb-results') ?? '10');
  if (!Number.isInteger(results) || results < 1) throw new PlantNetError(400, '"nb-results" must be at least 1');
  const type = query.get('type');
  if (type !== null && type !== 'kt' && type !== 'legacy')
    throw new PlantNetError(400, '"type" must be one of [kt, legacy]');
  return {
    relatedImages: flag(query, 'include-related-images'),
    noReject: flag(query, 'no-reject'),
    results,
    language: query.get('lang') ?? 'en',
    type,
  };
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw new PlantNetError(400, `"${name}" must be a boolean`);
  return value === 'true';
}

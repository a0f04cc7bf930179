import { Refusal } from './refusal.ts';

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

/** @throws {Refusal} 400 */
export function readParameters(query: URLSearchParams): Parameters {
  const unknown = [...query.keys()].find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw new Refusal(400, `"${unknown}" is not allowed`);
  const results = Number(query.get('nb-results') ?? '10');
  if (!Number.isInteger(results) || results < 1) throw new Refusal(400, '"nb-results" must be at least 1');
  const type = query.get('type');
  if (type !== null && type !== 'kt' && type !== 'legacy') throw new Refusal(400, '"type" must be one of [kt, legacy]');
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
  if (value !== 'true' && value !== 'false') throw new Refusal(400, `"${name}" must be a boolean`);
  return value === 'true';
}

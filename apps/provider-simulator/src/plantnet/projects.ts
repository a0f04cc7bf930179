import { SPECIES } from '../species.ts';

/** Floras by id, as the service groups them. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ['k-world-flora', 'World flora'],
  ['k-middle-europe', 'Middle Europe'],
  ['k-southwestern-europe', 'Southwestern Europe'],
  ['k-southeastern-europe', 'Southeastern Europe'],
  ['k-northern-europe', 'Northern Europe'],
  ['useful', 'Useful plants'],
  ['weeds', 'Weeds'],
]);

/** Older ids that still answer. */
const LEGACY = new Set(['weurope', 'canada', 'the-plant-list']);

export function isProject(id: string): boolean {
  return id === 'all' || TITLES.has(id) || LEGACY.has(id);
}

export function projects(): object[] {
  return [...TITLES].map(([id, title]) => ({
    id,
    title,
    description: `Plants of: ${title}`,
    speciesCount: SPECIES.length,
  }));
}

export const LANGUAGES: readonly string[] = ['en', 'fr', 'de', 'es', 'it', 'pt', 'nl', 'pl', 'cs', 'sv', 'ja', 'zh'];

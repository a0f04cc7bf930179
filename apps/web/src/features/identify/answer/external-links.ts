import type { Suggestion } from '../../../lib/wire.ts';

export interface Reference {
  name: string;
  url: string;
}

/** Where to read more of a species: by GBIF's own id when it is known, else by name. */
export function readOn({
  scientific_name: name,
  gbif_id: gbifId,
}: Pick<Suggestion, 'scientific_name' | 'gbif_id'>): Reference[] {
  const query = encodeURIComponent(name);
  return [
    {
      name: 'GBIF',
      url:
        gbifId === undefined
          ? `https://www.gbif.org/species/search?q=${query}`
          : `https://www.gbif.org/species/${encodeURIComponent(gbifId)}`,
    },
    { name: 'Wikipedia', url: `https://en.wikipedia.org/wiki/Special:Search?search=${query}` },
    { name: 'Plants of the World Online', url: `https://powo.science.kew.org/results?q=${query}` },
  ];
}

import { z } from 'zod';
import rows from './species.json' with { type: 'json' };

export interface Species {
  /** Without authors. */
  scientificName: string;
  genus: string;
  family: string;
  /** English. */
  commonName: string;
  gbifId: number | null;
}

const table = z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.number().nullable()]));

/** In the order of their scientific names, which the choice of plants depends on: see NOTICE.md for the sources. */
export const SPECIES: readonly Species[] = table
  .parse(rows)
  .map(([scientificName, genus, family, commonName, gbifId]) => ({
    scientificName,
    genus,
    family,
    commonName,
    gbifId,
  }));

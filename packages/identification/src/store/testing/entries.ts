import { createHash } from 'node:crypto';
import type { NormalizedPhoto } from '../../photos/types.ts';
import type { Identification, IdentifyOptions } from '../../types.ts';
import type { Store } from '../store.ts';
import type { NewIdentification, SavedIdentification } from '../types.ts';

/** An answer with every field set. */
export const anIdentification: Omit<Identification, 'id'> = {
  isPlant: true,
  suggestions: [
    {
      plantName: 'Swiss cheese plant',
      scientificName: 'Monstera deliciosa',
      family: 'Araceae',
      genus: 'Monstera',
      probability: 0.95,
      sources: [
        { provider: 'plant_id', score: 0.95, rank: 1, of: 3 },
        { provider: 'plantnet', rank: 2, of: 4 },
      ],
      gbifId: '2868241',
      images: [{ url: 'https://images.example/1.jpg', author: 'A. Photographer', license: 'cc-by-sa' }],
    },
    { plantName: 'Monstera adansonii', scientificName: 'Monstera adansonii', sources: [], images: [] },
  ],
  confidence: 0.95,
  confidenceSource: 'plantnet',
  care: { watering: { min: 2, max: 2 }, light: 'bright', soil: 'loose' },
  health: {
    isHealthy: false,
    probability: 0.12,
    diseases: [
      {
        name: 'Thrips',
        probability: 0.8,
        description: 'Small insects',
        treatment: { chemical: ['a'], biological: ['b'], prevention: ['c', 'd'] },
      },
    ],
  },
  demo: true,
  partial: true,
  cached: true,
  stale: false,
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'timeout' } },
};

export const notAPlant: Omit<Identification, 'id'> = {
  isPlant: false,
  suggestions: [],
  demo: false,
  partial: false,
  cached: false,
  stale: false,
  providers: { plant_id: { status: 'answered' }, plantnet: { status: 'off' } },
};

export const someOptions: IdentifyOptions = {
  includeDiseases: true,
  organs: ['leaf', 'flower'],
  location: { latitude: 52.5, longitude: -13.4 },
  language: 'de',
  project: 'weurope',
};

/** A photo that no test decodes: its bytes are `text`. */
export function aPhoto(text: string): { hash: string; normalized: NormalizedPhoto } {
  return {
    hash: createHash('sha256').update(text).digest('hex'),
    normalized: { jpeg: Buffer.from(text), width: 4, height: 3 },
  };
}

/** Saves an identification of an existing owner. */
export async function savedBy(store: Store, entry: NewIdentification): Promise<SavedIdentification> {
  const saved = await store.save(entry);
  if (saved === undefined) throw new Error('The owner does not exist.');
  return saved;
}

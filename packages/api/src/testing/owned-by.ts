import type { IdentificationService } from '@plantcommunity/identification';
import { createdAt, monstera, storedId } from './fake-service.ts';

/** Creates the part of a service that has one identification, with one photo, of one user. */
export function ownedBy(
  owner: string,
): Pick<
  IdentificationService,
  'history' | 'find' | 'exportHistory' | 'giveFeedback' | 'photo' | 'progress' | 'delete' | 'restore'
> {
  const isTheirs = (ownerId: string | undefined, id: string) => ownerId === owner && id === storedId;
  const kept = { id: storedId, createdAt, photos: 1, photosState: 'kept' } as const;
  const [best] = monstera.suggestions;
  const names = best && { plantName: best.plantName, scientificName: best.scientificName };
  const stored = {
    ...kept,
    identification: { ...monstera, id: storedId },
    options: { includeDiseases: true, organs: [] },
  };
  return {
    history: async (ownerId) => ({
      items: ownerId === owner ? [{ ...kept, ...names, isPlant: true, demo: false }] : [],
    }),
    find: async (ownerId, id) => (isTheirs(ownerId, id) ? stored : undefined),
    async *exportHistory(ownerId) {
      if (ownerId === owner) yield { ...stored, photoNumbers: [1] };
    },
    giveFeedback: async (ownerId, id, feedback) => (isTheirs(ownerId, id) ? { ...feedback, createdAt } : undefined),
    photo: async (ownerId, id, n) => (isTheirs(ownerId, id) && n === 1 ? { bytes: Buffer.from('jpeg') } : undefined),
    delete: async (ownerId, id) => isTheirs(ownerId, id),
    restore: async (ownerId, id) => isTheirs(ownerId, id),
    async *progress(_requestId, ownerId) {
      if (ownerId === owner) yield { type: 'answered', at: 2000, provider: 'plant_id', verdict: monstera };
    },
  };
}

/** Where the owner finds photo `n` (from 1) of an identification. */
export const photoPath = (id: string, n = 1): string =>
  `/api/v1/plant-identification/identifications/${encodeURIComponent(id)}/photos/${n}`;

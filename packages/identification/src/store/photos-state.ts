import type { PhotosState } from '@plantcommunity/db';

/** In milliseconds; preparing a photo takes a second. */
const PENDING_FOR_MS = 10 * 60 * 1000;

/** Photos that are pending for long were lost with the process that was to prepare them. */
export function photosStateAt(now: number, row: { photosState: PhotosState; createdAt: Date }): PhotosState {
  const lost = row.photosState === 'pending' && now - row.createdAt.getTime() > PENDING_FOR_MS;
  return lost ? 'missing' : row.photosState;
}

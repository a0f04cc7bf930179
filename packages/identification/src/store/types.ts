import type { Identification } from '../identification.ts';
import type { NormalizedPhoto } from '../photos/types.ts';
import type { IdentifyOptions } from '../types.ts';

/** `hash`: SHA-256 of the upload, lower-case hex. */
export interface PhotoToSave {
  hash: string;
  /** Absent when the answer came from the cache and nothing was decoded. */
  normalized?: NormalizedPhoto;
}

/** What `save` is given. */
export interface NewIdentification {
  ownerId: string;
  identification: Omit<Identification, 'id'>;
  /** In the order of the upload. */
  photos: readonly PhotoToSave[];
  options: IdentifyOptions;
}

export interface SavedIdentification {
  /** ULID. */
  id: string;
  /** Hashes of the photos that are not kept yet, each once: prepare them and call `addPhotos`. */
  pendingPhotos: readonly string[];
}

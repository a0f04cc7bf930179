import type { Identification } from '../identification.ts';
import type { PreparedPhoto } from '../photo/photo.ts';
import type { IdentifyOptions } from '../provider.ts';

/** `hash`: SHA-256 of the upload, lower-case hex. */
export interface PhotoToKeep {
  hash: string;
  /** Absent when the answer came from the cache and nothing was decoded. */
  prepared?: PreparedPhoto;
}

/** What `save` is given. */
export interface NewEntry {
  ownerId: string;
  identification: Omit<Identification, 'id'>;
  /** In the order of the upload. */
  photos: readonly PhotoToKeep[];
  options: IdentifyOptions;
}

export interface Saved {
  /** ULID. */
  id: string;
  /** Hashes of the photos that are not kept yet, each once: prepare them and call `addPhotos`. */
  pendingPhotos: readonly string[];
}

import type { PhotosState, PrismaClient } from '@plantcommunity/db';
import type { Clock } from '@plantcommunity/resilience';
import type { Logger } from '@plantcommunity/telemetry';
import type { NormalizedPhoto } from '../photos/types.ts';
import type { ConfirmingProviderName, Feedback, Identification, IdentifyOptions } from '../types.ts';
import type { ProviderAddress } from './follow-up-queue.ts';
import type { PhotoFiles } from './photo-files.ts';

/** `hash`: SHA-256 of the upload, lower-case hex. */
export interface PhotoToSave {
  hash: string;
  /** Absent when the answer came from the cache and nothing was decoded. */
  normalized?: NormalizedPhoto;
}

export interface NewIdentification {
  ownerId: string;
  identification: Omit<Identification, 'id'>;
  /** In the order of the upload. */
  photos: readonly PhotoToSave[];
  options: IdentifyOptions;
  /** What the providers keep of it. */
  copies?: readonly ProviderCopy[];
}

/** What a provider keeps of an identification: photos and answer. */
export interface ProviderCopy extends ProviderAddress {
  readonly token: string;
  /** Time until which a cached answer may refer to the copy, in milliseconds since 1970. */
  readonly keptUntil: number;
}

export interface SavedIdentification {
  /** ULID. */
  id: string;
  /** Distinct hashes of the photos that are not stored yet: normalize them and call `addPhotos`. */
  pendingPhotos: readonly string[];
}

export interface StoredFeedback extends Feedback {
  createdAt: Date;
}

/** One identification in its owner's history. */
export interface HistoryItem {
  /** ULID. */
  id: string;
  createdAt: Date;
  isPlant: boolean;
  plantName?: string;
  scientificName?: string;
  confidence?: number;
  /** Set when the confidence is Pl@ntNet's score, which is no probability. */
  confidenceSource?: ConfirmingProviderName;
  demo: boolean;
  /** Number of stored photos, addressed from 1. */
  photos: number;
  photosState: PhotosState;
  /** Absent until the owner has given it. */
  feedback?: StoredFeedback;
}

/** Which identifications of a history are wanted, and how many of them. */
export interface HistoryQuery {
  limit: number;
  /** Opaque; comes from the page before. */
  cursor?: string;
  /**
   * Parts of common or scientific names in any order, all of which an answer must have, without regard to case, accents
   * and punctuation. Blank for all answers.
   */
  names?: string;
  isPlant?: boolean;
  /** Least confidence, from 0 to 1. Leaves out answers without one. */
  minConfidence?: number;
}

/** Newest first. */
export interface HistoryPage {
  items: HistoryItem[];
  /** Cursor of the next older page; absent on the last one. */
  nextCursor?: string;
}

/** An identification as its owner got it. */
export interface StoredIdentification {
  /** The whole answer with its id. */
  identification: Identification & { id: string };
  createdAt: Date;
  options: IdentifyOptions;
  /** Number of stored photos, addressed from 1. */
  photos: number;
  photosState: PhotosState;
  /** Absent until the owner has given it. */
  feedback?: StoredFeedback;
}

/** An identification as an export has it. */
export interface ExportedIdentification extends StoredIdentification {
  /** Numbers of the stored photos, ascending: one that is missing leaves a gap. */
  readonly photoNumbers: readonly number[];
}

/** What the parts of the store work with. */
export interface StoreContext {
  client: PrismaClient;
  files: PhotoFiles;
  /** Returns the id of the database (see `databaseId`). */
  ownId: () => Promise<string>;
  clock: Clock;
  logger: Logger;
}

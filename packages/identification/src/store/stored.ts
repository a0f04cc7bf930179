import type { PhotosState } from '@plantcommunity/db';
import type { Identification } from '../identification.ts';
import type { IdentifyOptions } from '../types.ts';

/** One line of somebody's history. */
export interface HistoryItem {
  /** ULID. */
  id: string;
  createdAt: Date;
  isPlant: boolean;
  plantName?: string;
  scientificName?: string;
  confidence?: number;
  /** Said when the confidence is Pl@ntNet's score, which is no probability. */
  confidenceSource?: 'plantnet';
  demo: boolean;
  /** How many photos can be had, counted from 1 in their address. */
  photos: number;
  photosState: PhotosState;
}

/** Newest first. */
export interface HistoryPage {
  items: HistoryItem[];
  /** Leads to the next older page; absent on the last one. */
  nextCursor?: string;
}

/** An identification as its owner got it. */
export interface StoredIdentification {
  /** The answer, whole, with its id. */
  identification: Identification & { id: string };
  createdAt: Date;
  /** As asked. */
  options: IdentifyOptions;
  /** How many photos can be had, counted from 1 in their address. */
  photos: number;
  photosState: PhotosState;
}

import { DEVICE_TIMEOUT_MS, withTimeout } from './timeout.ts';

/** The photo that this device keeps between pages: from the home page to `/identify`, and during a sign-in. */
export interface KeptPhoto {
  file: File;
  /** Whether the photo was being sent when a sign-in was required, so that it is sent after the sign-in. */
  sendWhenSignedIn: boolean;
}

const DATABASE = 'plant-id-community';
const STORE = 'waiting';
const KEY = 'photo';
/** Time limit for restoring a photo: a phone that has just started may take seconds to open a database. */
const RESTORE_TIMEOUT_MS = 10_000;
/** Maximum age of a kept photo; an older one belongs to an earlier visit. */
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

/**
 * Row in IndexedDB. It holds bytes instead of a File: private windows of some browsers store no files, and a stored
 * file can become unreadable.
 */
interface Row {
  bytes: ArrayBuffer;
  name: string;
  type: string;
  lastModified: number;
  sendWhenSignedIn: boolean;
  at: number;
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof ArrayBuffer;

/** The photo in memory, which survives navigations but no reload. */
let inMemory: KeptPhoto | undefined;
/** Whether IndexedDB has the photo in memory. */
let storing: Promise<boolean> = Promise.resolve(false);

/** Keeps a photo in memory at once, and stores it in the background, so that no page waits. */
export function keepPhoto(file: File, { sendWhenSignedIn = false } = {}): void {
  const photo: KeptPhoto = { file, sendWhenSignedIn };
  inMemory = photo;
  storing = store(photo).catch(() => false);
}

/** Returns whether the kept photo survives a reload; false when this device does not answer in time. */
export function isPhotoStored(ms: number = DEVICE_TIMEOUT_MS): Promise<boolean> {
  return withTimeout(storing, ms).catch(() => false);
}

/** Returns the kept photo, from memory or after a reload from IndexedDB. Pages can be used before it resolves. */
export async function keptPhoto(): Promise<KeptPhoto | undefined> {
  if (inMemory !== undefined) return inMemory;
  const restoring = inStore('readonly', (waiting) => waiting.get(KEY));
  const row: unknown = await withTimeout(restoring, RESTORE_TIMEOUT_MS).catch(() => undefined);
  // A photo that was chosen meanwhile is the newer one.
  if (inMemory !== undefined || !isRow(row)) return inMemory;
  if (Date.now() - row.at > KEPT_FOR_MS) {
    await forgetPhoto();
    return undefined;
  }
  const { bytes, lastModified, name, sendWhenSignedIn, type } = row;
  inMemory = { file: new File([bytes], name, { type, lastModified }), sendWhenSignedIn };
  storing = Promise.resolve(true);
  return inMemory;
}

export async function forgetPhoto(): Promise<void> {
  inMemory = undefined;
  storing = Promise.resolve(false);
  await withTimeout(
    inStore('readwrite', (waiting) => (inMemory === undefined ? waiting.delete(KEY) : undefined)),
  ).catch(() => undefined);
}

/** Resolves with true once the photo is stored, and with false when it is no longer the kept one. */
async function store(photo: KeptPhoto): Promise<boolean> {
  const { file, sendWhenSignedIn } = photo;
  const { lastModified, name, type } = file;
  const row: Row = { bytes: await file.arrayBuffer(), name, type, lastModified, sendWhenSignedIn, at: Date.now() };
  const key = await inStore('readwrite', (waiting) => (inMemory === photo ? waiting.put(row, KEY) : undefined));
  return key !== undefined;
}

/** Opens the database, runs one request, and closes the database. */
async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.addEventListener('success', () => resolve(opening.result));
    opening.addEventListener('error', () => reject(refused(opening.error)));
  });
  try {
    const transaction = database.transaction(STORE, mode);
    const request = work(transaction.objectStore(STORE));
    // With a full disk, the request succeeds and only the transaction aborts.
    await new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(refused(transaction.error)));
    });
    return request?.result;
  } finally {
    database.close();
  }
}

const refused = (error: DOMException | null): Error => error ?? new Error('IndexedDB gave no reason');

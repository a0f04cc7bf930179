/**
 * The one photo that waits on this device between pages: from the blank sheet to the desk, and over a sign-in. It is
 * kept in IndexedDB, so that a reload does not lose it, and in memory where the browser has none.
 */
export interface KeptPhoto {
  file: File;
  /** It was on its way when a sign-in was asked for: send it once somebody is signed in. */
  sendWhenSignedIn: boolean;
}

const DATABASE = 'plant-id-community';
const STORE = 'waiting';
const KEY = 'photo';
/** A photo that nobody came back for is nobody's any more. */
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

interface Row extends KeptPhoto {
  at: number;
}

const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && 'file' in value && value.file instanceof File && 'at' in value;

let inMemory: Row | undefined;

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB refused')));
  });
}

async function inStore(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
  const database = await settled(opening);
  try {
    return await settled(work(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

export async function keepPhoto(file: File, { sendWhenSignedIn = false } = {}): Promise<void> {
  const row: Row = { file, sendWhenSignedIn, at: Date.now() };
  inMemory = row;
  // Private windows may have no IndexedDB: then the photo lives as long as the page does.
  await inStore('readwrite', (store) => store.put(row, KEY)).catch(() => undefined);
}

export async function keptPhoto(): Promise<KeptPhoto | undefined> {
  const row = inMemory ?? (await inStore('readonly', (store) => store.get(KEY)).catch(() => undefined));
  if (!isRow(row)) return undefined;
  if (Date.now() - row.at > KEPT_FOR_MS) {
    await forgetPhoto();
    return undefined;
  }
  return row;
}

export async function forgetPhoto(): Promise<void> {
  inMemory = undefined;
  await inStore('readwrite', (store) => store.delete(KEY)).catch(() => undefined);
}

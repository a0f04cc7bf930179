import { isValid } from 'ulid';

/** Opaque to callers: the id that the next page comes after. */
export function writeCursor(lastId: string): string {
  return Buffer.from(lastId, 'latin1').toString('base64url');
}

/** Undefined for what we have not written. */
export function readCursor(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  return isValid(id) && writeCursor(id) === cursor ? id : undefined;
}

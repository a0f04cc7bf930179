import { isValid } from 'ulid';

/** Opaque to callers: the id that the next page comes after. */
export function encodeCursor(lastId: string): string {
  return Buffer.from(lastId, 'latin1').toString('base64url');
}

/** Undefined for what we have not written. */
export function decodeCursor(cursor: string): string | undefined {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  return isValid(id) && encodeCursor(id) === cursor ? id : undefined;
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../../', import.meta.url);
const NAME = 'openapi.released.json';
const DOCUMENT = new URL(NAME, FOLDER);
/** The checksum of the released document, as `sha256sum --check` reads it. */
const CHECKSUM = new URL('openapi.released.sha256', FOLDER);

const checksumOf = (text: string): string => `${createHash('sha256').update(text).digest('hex')}  ${NAME}\n`;

/** Whether the released document is as `npm run api:release` has written it: it has the checksum written with it. */
export function isAsReleased(): boolean {
  const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, 'utf8') : '';
  return existsSync(CHECKSUM) && readFileSync(CHECKSUM, 'utf8') === checksumOf(text);
}

/** Writes the released document and its checksum. */
export function writeReleased(text: string): void {
  writeFileSync(DOCUMENT, text);
  writeFileSync(CHECKSUM, checksumOf(text));
}

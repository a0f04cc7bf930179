import { isDatabaseUnavailable } from '@plantcommunity/db';
import { PhotoSpaceError } from '../errors.ts';
import type { Store } from '../store/store.ts';
import type { IdentificationOptions, IdentifyRequest } from './service.ts';

interface SpaceParts extends Pick<IdentificationOptions, 'photoSpaceBytes'> {
  readonly store: Pick<Store, 'usedBytes'>;
  readonly isDatabaseUp: () => boolean;
}

/**
 * Refuses an owner whose photos use all the space. A caller may await the result late, or not at all: the database answers
 * while the photos are checked. @throws {PhotoSpaceError}
 */
export function checkSpace(parts: SpaceParts, request: IdentifyRequest): Promise<void> {
  const checked = check(parts, request);
  checked.catch(() => undefined);
  return checked;
}

async function check(
  { isDatabaseUp, photoSpaceBytes: max, store }: SpaceParts,
  { cachedOnly, ownerId }: IdentifyRequest,
): Promise<void> {
  if (max === 0 || ownerId === undefined || cachedOnly === true || !isDatabaseUp()) return;
  const used = await store.usedBytes(ownerId, max).catch((error: unknown) => {
    if (isDatabaseUnavailable(error)) return 0;
    throw error;
  });
  if (used >= max) throw new PhotoSpaceError({ used, max });
}

import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { headers } from 'next/headers';
import { cache } from 'react';
import { container } from './container.ts';
import { orUnavailable } from './or-unavailable.ts';

export interface Viewer {
  principal?: Principal;
  /** The session is valid by signature and expiry, but its user cannot be looked up: the database is unavailable. */
  isUnknown: boolean;
  mode: 'development' | 'production';
  isDemo: boolean;
  /** The most one photo may weigh. */
  maxPhotoBytes: number;
}

/** Who looks at a page; asked once a request, read from the database and not from the session alone. */
export const viewer = cache(async (): Promise<Viewer> => {
  const { auth, service, settings } = await container();
  const known = await orUnavailable(async () => auth.principalOf(await headers()));
  const principal = known === 'unavailable' ? undefined : known;
  const { isDemo, photoLimits } = service;
  return {
    mode: settings.mode,
    isDemo,
    maxPhotoBytes: photoLimits.maxBytes,
    isUnknown: known === 'unavailable',
    ...(principal && { principal }),
  };
});

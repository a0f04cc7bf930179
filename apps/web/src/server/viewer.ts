import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { headers } from 'next/headers';
import { cache } from 'react';
import { container } from './container.ts';
import { orUnavailable } from './procedure-errors.ts';

/** The person for whom a page is made, and what every page needs of the settings. */
export interface Viewer {
  principal?: Principal;
  /** The session is valid by signature and expiry, but its user cannot be looked up: the database is unavailable. */
  isUnknown: boolean;
  mode: 'development' | 'production';
  isDemo: boolean;
  /** Maximum size of one photo. */
  maxPhotoBytes: number;
}

/** Returns the viewer of a page; looks the user up in the database, once a request. */
export const viewer = cache(async (): Promise<Viewer> => {
  const { auth, service, settings } = await container();
  const found = await orUnavailable(async () => auth.principalOf(await headers()));
  const principal = found === 'unavailable' ? undefined : found;
  const { isDemo, photoLimits } = service;
  return {
    mode: settings.mode,
    isDemo,
    maxPhotoBytes: photoLimits.maxBytes,
    isUnknown: found === 'unavailable',
    ...(principal && { principal }),
  };
});

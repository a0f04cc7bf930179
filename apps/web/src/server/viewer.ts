import 'server-only';
import type { Principal } from '@plantcommunity/auth';
import { headers } from 'next/headers';
import { cache } from 'react';
import { container } from './container.ts';

export interface Viewer {
  principal?: Principal;
  mode: 'development' | 'production';
  isDemo: boolean;
  /** The most one photo may weigh. */
  maxPhotoBytes: number;
}

/** Who looks at a page; asked once a request, read from the database and not from the session alone. */
export const viewer = cache(async (): Promise<Viewer> => {
  const { auth, service, settings } = await container();
  const principal = await auth.principalOf(await headers());
  const { isDemo, photoLimits } = service;
  return { mode: settings.mode, isDemo, maxPhotoBytes: photoLimits.maxBytes, ...(principal && { principal }) };
});

'use client';

import { useEffect } from 'react';
import { openTabChannel } from './tab-channel.ts';

const NAME = 'viewer';

/** Tells the other tabs of this browser for whom a page was made: a user id, or null without a sign-in. */
export function ViewerAnnouncement({ viewer }: { viewer: string | null }) {
  useEffect(() => {
    const channel = openTabChannel(NAME);
    channel?.post(viewer);
    channel?.close();
  }, [viewer]);
  return null;
}

/**
 * Calls `onChange` when a tab of this browser shows a page that was made for another user than `viewer`: its user has
 * signed out, or another one in.
 *
 * @returns a function that stops listening
 */
export function onOtherViewer(viewer: string, onChange: () => void): () => void {
  const channel = openTabChannel(NAME);
  channel?.onMessage((other) => {
    if (other !== viewer && (other === null || typeof other === 'string')) onChange();
  });
  return () => channel?.close();
}

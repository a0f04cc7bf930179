'use client';

import { useEffect, useState } from 'react';
import { forgetPhoto } from '@/lib/kept-photo.ts';
import { Notice } from '@/ui/notice.tsx';
import styles from './sign-out-notice.module.css';

/** Confirms on the sign-in page that people were signed out everywhere, or that their account is deleted. */
export function SignOutNotice() {
  const [text, setText] = useState<string>();
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- reading it removes it
    setText((before) => before ?? takeSignOutNotice());
  }, []);
  return (
    <div aria-live="polite" className={styles['notice']}>
      {text === undefined ? null : <Notice tone="done">{text}</Notice>}
    </div>
  );
}

const KEY = 'departure';

const TEXTS = {
  signed_out_everywhere: 'You are signed out everywhere, and so are the apps.',
  removed: 'Your account is deleted, with all its identifications and photos.',
} as const;

type SignOutReason = keyof typeof TEXTS;

/**
 * Leaves for the sign-in page, which shows the notice. The reason is not part of the URL: a forged link could tell people
 * that their account is gone.
 */
export async function leaveWith(reason: SignOutReason): Promise<void> {
  // The kept photo belongs to the person who signs out.
  await forgetPhoto();
  try {
    sessionStorage.setItem(KEY, reason);
  } catch {
    // Without storage, the notice is not shown.
  }
  location.assign(reason === 'removed' ? '/login?next=/' : '/login?next=/account');
}

/** Returns the notice to show, and removes it. */
function takeSignOutNotice(): string | undefined {
  try {
    const reason = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return reason === 'removed' || reason === 'signed_out_everywhere' ? TEXTS[reason] : undefined;
  } catch {
    return undefined;
  }
}

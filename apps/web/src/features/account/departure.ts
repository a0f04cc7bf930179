import { forgetPhoto } from '../../lib/kept-photo.ts';

const KEY = 'departure';

const WORDS = {
  signed_out_everywhere: 'You are signed out everywhere, and so are the apps.',
  removed: 'Your account is deleted, with all its identifications and photos.',
} as const;

export type SignOutReason = keyof typeof WORDS;

/**
 * Leaves for the sign-in page, which says what was done. Not by its address: anybody could make up a link that tells
 * people their account is gone.
 */
export async function leaveWith(departure: SignOutReason): Promise<void> {
  // What waits on this device belongs to whoever chose it.
  await forgetPhoto();
  try {
    sessionStorage.setItem(KEY, departure);
  } catch {
    // Where nothing may be stored it is not said.
  }
  location.assign(departure === 'removed' ? '/login?next=/' : '/login?next=/account');
}

/** What to say to whoever has just left; once. */
export function takeSignOutNotice(): string | undefined {
  try {
    const departure = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return departure === 'removed' || departure === 'signed_out_everywhere' ? WORDS[departure] : undefined;
  } catch {
    return undefined;
  }
}

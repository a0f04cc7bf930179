// Loaded when somebody signs in or out: every page would carry it otherwise.
const nextAuth = () => import('next-auth/react');

export type SignInOutcome = 'signed_in' | 'refused' | 'too_many' | 'unavailable';

/** Signs in with e-mail and password; the session is a cookie. */
export async function signInWith(email: string, password: string): Promise<SignInOutcome> {
  try {
    const { signIn } = await nextAuth();
    const answer = await signIn('credentials', { email, password, redirect: false });
    if (answer?.ok) return 'signed_in';
    if (answer?.status === 429) return 'too_many';
    return answer?.error === 'CredentialsSignin' ? 'refused' : 'unavailable';
  } catch {
    // What is no answer of next-auth's at all: no network, or a refusal at the door.
    return 'unavailable';
  }
}

/** Ends the session and opens the home page. */
export async function leave(): Promise<void> {
  const { signOut } = await nextAuth();
  await signOut({ callbackUrl: '/' });
}

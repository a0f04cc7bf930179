import type { Metadata } from 'next';
import { SignInLink } from '@/features/account/sign-in-link.tsx';
import { ApiProvider } from '@/lib/trpc.tsx';
import styles from '@/ui/narrow-page.module.css';

export const metadata: Metadata = { title: 'New password', robots: { index: false } };

/** Page of a one-time sign-in link. Opening it uses nothing: the link is used when the new password is sent. */
export default function SignInLinkPage() {
  return (
    <main className={styles['narrow']}>
      <h1>A new password</h1>
      <ApiProvider>
        <SignInLink />
      </ApiProvider>
      <noscript>Setting a password needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}

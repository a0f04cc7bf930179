import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { LoginForm } from '@/features/account/login-form.tsx';
import { OAuthButtons } from '@/features/account/oauth-buttons.tsx';
import { signInError } from '@/features/account/sign-in.ts';
import { SignOutNotice } from '@/features/account/sign-out-notice.tsx';
import { WaitingPhoto } from '@/features/account/waiting-photo.tsx';
import { rateText } from '@/lib/format/time.ts';
import { nextPath, signInOptions } from '@/server/page-data.ts';
import { viewer } from '@/server/viewer.ts';
import styles from '@/ui/narrow-page.module.css';

export const metadata: Metadata = { title: 'Sign in' };

interface LoginPageProps {
  /** next-auth adds `callbackUrl` and `error` when it leads back from an OAuth provider. */
  searchParams: Promise<Partial<Record<'next' | 'callbackUrl' | 'error', string | string[]>>>;
}

export default async function LoginPage({ searchParams }: LoginPageProps) {
  const asked = await searchParams;
  const next = await nextPath(asked);
  const { principal } = await viewer();
  if (principal) redirect(next);
  const { rate, services } = await signInOptions();
  const toIdentify = next === '/identify';
  return (
    <main className={styles['narrow']}>
      <div>
        <h1>{toIdentify ? 'Sign in to learn its name' : 'Sign in'}</h1>
        <SignOutNotice />
      </div>
      {toIdentify ? <WaitingPhoto /> : null}
      <LoginForm next={next} oauthError={signInError(asked.error)} />
      <OAuthButtons services={services} next={next} />
      <noscript>Signing in needs JavaScript, which is off in this browser.</noscript>
      <p className={styles['other']}>
        New here? <Link href={`/register?next=${encodeURIComponent(next)}`}>Make an account</Link>.{' '}
        <span>Free, {rateText(rate.count, rate.windowMs, 'identifications')}.</span>
      </p>
    </main>
  );
}

import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { signInTrouble } from '@/client/account/services.ts';
import { rateText } from '@/client/words/rates.ts';
import { DepartureNotice } from '@/components/login/departure-notice.tsx';
import { LoginForm } from '@/components/login/login-form.tsx';
import { OtherWays } from '@/components/login/other-ways.tsx';
import { WaitingPhoto } from '@/components/login/waiting-photo.tsx';
import styles from '@/components/paper/narrow-page.module.css';
import { nextOf, waysIn } from '@/server/entry.ts';
import { viewer } from '@/server/viewer.ts';

export const metadata: Metadata = { title: 'Sign in' };

interface LoginPageProps {
  /** `callbackUrl` and `error` are next-auth's, from the way back of another service. */
  searchParams: Promise<Partial<Record<'next' | 'callbackUrl' | 'error', string | string[]>>>;
}

export default async function LoginPage({ searchParams }: LoginPageProps) {
  const asked = await searchParams;
  const next = await nextOf(asked);
  const { principal } = await viewer();
  if (principal) redirect(next);
  const { rate, services } = await waysIn();
  const toIdentify = next === '/identify';
  return (
    <main className={styles['narrow']}>
      <div>
        <h1>{toIdentify ? 'Sign in to learn its name' : 'Sign in'}</h1>
        <DepartureNotice />
      </div>
      {toIdentify ? <WaitingPhoto /> : null}
      <LoginForm next={next} trouble={signInTrouble(asked.error)} />
      <OtherWays services={services} next={next} />
      <noscript>Signing in needs JavaScript, which is off in this browser.</noscript>
      <p className={styles['other']}>
        New here? <Link href={`/register?next=${encodeURIComponent(next)}`}>Make an account</Link>.{' '}
        <span>Free, {rateText(rate.count, rate.windowMs, 'identifications')}.</span>
      </p>
    </main>
  );
}

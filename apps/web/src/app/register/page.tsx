import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { OAuthButtons } from '@/features/account/oauth-buttons.tsx';
import { RegisterForm } from '@/features/account/register-form.tsx';
import { WaitingPhoto } from '@/features/account/waiting-photo.tsx';
import { rateText } from '@/lib/format/time.ts';
import { ApiProvider } from '@/lib/trpc.tsx';
import { nextPath, signInOptions } from '@/server/page-data.ts';
import { viewer } from '@/server/viewer.ts';
import styles from '@/ui/narrow-page.module.css';

export const metadata: Metadata = { title: 'Make an account' };

interface RegisterPageProps {
  searchParams: Promise<{ next?: string | string[] }>;
}

export default async function RegisterPage({ searchParams }: RegisterPageProps) {
  const next = await nextPath(await searchParams);
  const { principal } = await viewer();
  if (principal) redirect(next);
  const { rate, services } = await signInOptions();
  return (
    <main className={styles['narrow']}>
      <div className={styles['head']}>
        <h1>Make an account</h1>
        <p>Free, {rateText(rate.count, rate.windowMs, 'identifications')}. What you name is kept in your herbarium.</p>
      </div>
      {next === '/identify' ? <WaitingPhoto /> : null}
      <ApiProvider>
        <RegisterForm next={next} />
      </ApiProvider>
      <OAuthButtons services={services} next={next} />
      <noscript>Making an account needs JavaScript, which is off in this browser.</noscript>
      <p className={styles['other']}>
        Have one already? <Link href={`/login?next=${encodeURIComponent(next)}`}>Sign in</Link>.
      </p>
    </main>
  );
}

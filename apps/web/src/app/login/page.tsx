import { safeNextPath } from '@plantcommunity/auth';
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { LoginForm } from '@/components/login/login-form.tsx';
import { WaitingPhoto } from '@/components/login/waiting-photo.tsx';
import { viewer } from '@/server/viewer.ts';
import styles from './login.module.css';

export const metadata: Metadata = { title: 'Sign in' };

interface LoginPageProps {
  searchParams: Promise<{ next?: string | string[] }>;
}

export default async function LoginPage({ searchParams }: LoginPageProps) {
  const next = safeNextPath((await searchParams).next, '/identify');
  const { principal } = await viewer();
  if (principal) redirect(next);
  const toIdentify = next === '/identify';
  return (
    <main className={styles['login']}>
      <h1>{toIdentify ? 'Sign in to learn its name' : 'Sign in'}</h1>
      {toIdentify ? <WaitingPhoto /> : null}
      <LoginForm next={next} />
      <noscript>Signing in needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}

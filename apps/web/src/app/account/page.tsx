import type { OAuthProviderName } from '@plantcommunity/auth';
import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import styles from '@/app/account/page.module.css';
import { AccountLabel } from '@/features/account/account-label.tsx';
import { ApiKeys } from '@/features/account/api-keys/api-keys.tsx';
import { ChangePasswordForm } from '@/features/account/change-password-form.tsx';
import { DeleteAccount } from '@/features/account/delete-account.tsx';
import { OAUTH_NAMES } from '@/features/account/sign-in.ts';
import { SignOutEverywhere } from '@/features/account/sign-out-everywhere.tsx';
import { ApiProvider } from '@/lib/trpc.tsx';
import { accountOf } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { viewer } from '@/server/viewer.ts';
import { Row } from '@/ui/layout.tsx';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

export const metadata: Metadata = { title: 'Your account' };

export default async function AccountPage() {
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return <Unavailable what="your account" />;
  if (!principal) redirect('/login?next=/account');
  const account = await orUnavailable(() => accountOf(principal));
  if (account === 'unavailable') return <Unavailable what="your account" />;
  const { apiKeys, me, hasPassword, rate, services } = account;
  return (
    <ApiProvider>
      <main className={page['page']}>
        <div className={styles['head']}>
          <div className={styles['title']}>
            <h1>Your account</h1>
            <p>
              Your plants hang in <Link href="/history">your herbarium</Link>.
            </p>
          </div>
          <AccountLabel me={me} rate={rate} />
        </div>
        {hasPassword ? (
          <Row hasFields heading="Password">
            <ChangePasswordForm email={me.email} />
          </Row>
        ) : (
          <Row hasFields heading="Signing in">
            <OtherSignIn services={services} />
          </Row>
        )}
        <Row hasFields heading="Devices and apps">
          <SignOutEverywhere />
        </Row>
        <Row hasFields heading="API keys">
          <ApiKeys keys={apiKeys} />
        </Row>
        <Row hasFields heading="Delete account">
          <DeleteAccount email={me.email} hasPassword={hasPassword} />
        </Row>
        <noscript>Changing something here needs JavaScript, which is off in this browser.</noscript>
      </main>
    </ApiProvider>
  );
}

/** Names the OAuth providers of an account without a password. */
function OtherSignIn({ services }: { services: readonly OAuthProviderName[] }) {
  const names = services.map((service) => OAUTH_NAMES[service]).join(' or ');
  return (
    <p>
      You sign in with <b>{names === '' ? 'another service' : names}</b>. This account has no password here.
    </p>
  );
}

import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { AuditTable } from '@/features/admin/audit/audit-table.tsx';
import styles from '@/features/admin/list/list-page.module.css';
import { UserPanel } from '@/features/admin/users/user-panel.tsx';
import { UserTags } from '@/features/admin/users/user-tags.tsx';
import { ApiProvider } from '@/lib/trpc.tsx';
import { administrator, userWithHistory } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { LocalTime } from '@/ui/local-time.tsx';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

/** Entries of the audit trail on the page. */
const ENTRIES = 10;

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'User' };
}

export default async function UserPage({ params }: { params: Promise<{ id: string }> }) {
  const principal = await administrator();
  if (principal === 'unavailable') return <Unavailable what="this account" />;
  const { id } = await params;
  const found = await orUnavailable(() => userWithHistory(principal, decodeURIComponent(id), ENTRIES));
  if (found === 'unavailable') return <Unavailable what="this account" />;
  if (found === undefined) notFound();
  const { history, rates, user } = found;
  const count = user.identifications.toLocaleString('en-GB');
  return (
    <main className={page['page']}>
      <div className={styles['page']}>
        <div className={styles['head']}>
          <div>
            <h1>{user.email}</h1>
            <p>
              {user.name === undefined ? 'Since' : `${user.name}, since`} <LocalTime at={user.created_at} />, {count}{' '}
              {user.identifications === 1 ? 'identification' : 'identifications'}
            </p>
          </div>
          <UserTags user={user} isViewer={user.id === principal.userId} />
        </div>
        <section className={styles['card']} aria-labelledby="account">
          <h2 id="account">Account</h2>
          <ApiProvider>
            <UserPanel user={user} rates={rates} viewer={{ id: principal.userId, email: principal.email }} />
          </ApiProvider>
          <noscript>Changing an account needs JavaScript, which is off in this browser.</noscript>
        </section>
        <section className={styles['card']} aria-labelledby="history">
          <h2 id="history">What was changed</h2>
          {history.items.length === 0 ? (
            <p className={styles['none']}>No admin has changed this account yet.</p>
          ) : (
            <AuditTable
              entries={history.items}
              caption="Entries about this account, the newest first"
              userId={user.id}
            />
          )}
          {history.next_cursor === undefined ? null : (
            <p className={styles['all']}>
              <Link href={`/admin/audit?target=${encodeURIComponent(user.id)}`}>All entries about this account</Link>
            </p>
          )}
        </section>
      </div>
    </main>
  );
}

import type { Metadata } from 'next';
import Link from 'next/link';
import styles from '@/features/admin/list/list-page.module.css';
import { readUserFilter, userFilterQuery } from '@/features/admin/users/user-filter.ts';
import { UserFilterForm } from '@/features/admin/users/user-filter-form.tsx';
import { UserTable } from '@/features/admin/users/user-table.tsx';
import type { PageQuery } from '@/lib/page-query.ts';
import { administrator, userPage } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

/** Accounts on a page. */
const PAGE = 50;
/** Longer than any cursor. */
const MAX_CURSOR = 200;

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Users' };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const principal = await administrator();
  if (principal === 'unavailable') return <Unavailable what="the list of users" />;
  const query = await searchParams;
  const filter = readUserFilter(query);
  const cursor = typeof query['cursor'] === 'string' ? query['cursor'].slice(0, MAX_CURSOR) : undefined;
  const found = await orUnavailable(() => userPage(principal, filter, { cursor, limit: PAGE }));
  if (found === 'unavailable') return <Unavailable what="the list of users" />;
  const { items, next_cursor: next, total } = found;
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    <main className={page['page']}>
      <div className={styles['page']}>
        <div className={styles['head']}>
          <div>
            <h1>Users</h1>
            <p>{accountsText(total, isNarrowed)}</p>
          </div>
        </div>
        <UserFilterForm filter={filter} />
        <section className={styles['card']} aria-label="Accounts">
          {items.length === 0 ? (
            <p className={styles['none']}>
              <b>No account matches</b>
              Nothing fits all of the fields above.
            </p>
          ) : (
            <UserTable users={items} viewerId={principal.userId} />
          )}
        </section>
        {next === undefined && cursor === undefined ? null : (
          <nav className={styles['more']} aria-label="Older and newer">
            {cursor === undefined ? null : <Link href={`/admin/users${userFilterQuery(filter)}`}>Newest</Link>}
            {next === undefined ? null : <Link href={`/admin/users${userFilterQuery(filter, next)}`}>Older</Link>}
          </nav>
        )}
      </div>
    </main>
  );
}

function accountsText(total: number, isNarrowed: boolean): string {
  const counted = `${total.toLocaleString('en-GB')} ${total === 1 ? 'account' : 'accounts'}`;
  if (!isNarrowed) return `${counted}, the newest first.`;
  return `${counted} ${total === 1 ? 'matches' : 'match'}, the newest first.`;
}

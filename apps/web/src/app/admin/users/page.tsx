import type { Metadata } from 'next';
import { EmptyList, ListPage } from '@/features/admin/list/list-page.tsx';
import { type PageQuery, textIn } from '@/features/admin/list/list-query.ts';
import { readUserFilter, userFilterQuery } from '@/features/admin/users/user-filter.ts';
import { UserFilterForm } from '@/features/admin/users/user-filter-form.tsx';
import { UserTable } from '@/features/admin/users/user-table.tsx';
import { administrator, userPage } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { Unavailable } from '@/ui/message-page.tsx';

/** Accounts on a page. */
const PAGE = 50;

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Users' };
}

export default async function UsersPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const principal = await administrator();
  if (principal === 'unavailable') return <Unavailable what="the list of users" />;
  const query = await searchParams;
  const filter = readUserFilter(query);
  const cursor = textIn(query, 'cursor');
  const found = await orUnavailable(() => userPage(principal, filter, { cursor, limit: PAGE }));
  if (found === 'unavailable') return <Unavailable what="the list of users" />;
  const { items, next_cursor: next, total } = found;
  const isNarrowed = Object.keys(filter).length > 0;
  const address = (from?: string) => `/admin/users${userFilterQuery(filter, from)}`;
  return (
    <ListPage
      title="Users"
      note={accountsText(total, isNarrowed)}
      filter={<UserFilterForm filter={filter} />}
      listName="Accounts"
      newest={cursor === undefined ? undefined : address()}
      older={next === undefined ? undefined : address(next)}
    >
      {items.length === 0 ? (
        <EmptyList heading="No account matches">Nothing fits all of the fields above.</EmptyList>
      ) : (
        <UserTable users={items} viewerId={principal.userId} />
      )}
    </ListPage>
  );
}

function accountsText(total: number, isNarrowed: boolean): string {
  const counted = `${total.toLocaleString('en-GB')} ${total === 1 ? 'account' : 'accounts'}`;
  if (!isNarrowed) return `${counted}, the newest first.`;
  return `${counted} ${total === 1 ? 'matches' : 'match'}, the newest first.`;
}

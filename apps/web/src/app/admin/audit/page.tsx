import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { auditFilterQuery, readAuditFilter } from '@/features/admin/audit/audit-filter.ts';
import { AuditFilterForm } from '@/features/admin/audit/audit-filter-form.tsx';
import { AuditTable } from '@/features/admin/audit/audit-table.tsx';
import { EmptyList, ListPage } from '@/features/admin/list/list-page.tsx';
import { type PageQuery, textIn } from '@/features/admin/list/list-query.ts';
import { administrator, auditPage } from '@/server/page-data.ts';
import { orUnavailable, unlessRefused } from '@/server/procedure-errors.ts';
import { buttonClass } from '@/ui/button.tsx';
import { Unavailable } from '@/ui/message-page.tsx';

/** Entries on a page. */
const PAGE = 50;

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Audit' };
}

export default async function AuditPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const principal = await administrator();
  if (principal === 'unavailable') return <Unavailable what="the audit trail" />;
  const query = await searchParams;
  const filter = readAuditFilter(query);
  const cursor = textIn(query, 'cursor');
  const found = await orUnavailable(() => unlessRefused(auditPage(principal, filter, { cursor, limit: PAGE })));
  if (found === 'unavailable') return <Unavailable what="the audit trail" />;
  if (found === undefined) notFound();
  const { items, next_cursor: next } = found;
  const isNarrowed = Object.keys(filter).length > 0;
  const address = (from?: string) => `/admin/audit${auditFilterQuery(filter, from)}`;
  return (
    <ListPage
      title="Audit"
      note="What operators changed, and why. An entry is never changed."
      action={
        items.length === 0 ? null : (
          // A download is no page that Next could open.
          <a className={buttonClass({ small: true })} href={`/admin/audit/export${auditFilterQuery(filter)}`} download>
            Export {isNarrowed ? 'what matches' : 'all'} (CSV)
          </a>
        )
      }
      filter={<AuditFilterForm filter={filter} />}
      listName="Entries"
      newest={cursor === undefined ? undefined : address()}
      older={next === undefined ? undefined : address(next)}
    >
      {items.length === 0 ? (
        <NoEntries isNarrowed={isNarrowed} />
      ) : (
        <AuditTable entries={items} caption="Entries of the audit trail, the newest first" />
      )}
    </ListPage>
  );
}

function NoEntries({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <EmptyList heading={isNarrowed ? 'Nothing matches' : 'Nothing was changed yet'}>
      {isNarrowed
        ? 'No entry fits all of the fields above. Days are days of UTC.'
        : 'Each override, each change of an account and each acknowledged alert will stand here.'}
    </EmptyList>
  );
}

import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { auditFilterQuery, readAuditFilter } from '@/features/admin/audit/audit-filter.ts';
import { AuditFilterForm } from '@/features/admin/audit/audit-filter-form.tsx';
import { AuditTable } from '@/features/admin/audit/audit-table.tsx';
import styles from '@/features/admin/list/list-page.module.css';
import type { PageQuery } from '@/lib/page-query.ts';
import { administrator, auditPage } from '@/server/page-data.ts';
import { orUnavailable, unlessRefused } from '@/server/procedure-errors.ts';
import { buttonClass } from '@/ui/button.tsx';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

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
  const cursor = typeof query['cursor'] === 'string' ? query['cursor'] : undefined;
  const found = await orUnavailable(() => unlessRefused(auditPage(principal, filter, { cursor, limit: PAGE })));
  if (found === 'unavailable') return <Unavailable what="the audit trail" />;
  if (found === undefined) notFound();
  const { items, next_cursor: next } = found;
  const isNarrowed = Object.keys(filter).length > 0;
  return (
    <main className={page['page']}>
      <div className={styles['page']}>
        <div className={styles['head']}>
          <div>
            <h1>Audit</h1>
            <p>What operators changed, and why. An entry is never changed.</p>
          </div>
          {items.length === 0 ? null : (
            // A download is no page that Next could open.
            <a
              className={buttonClass({ small: true })}
              href={`/admin/audit/export${auditFilterQuery(filter)}`}
              download
            >
              Export {isNarrowed ? 'what matches' : 'all'} (CSV)
            </a>
          )}
        </div>
        <AuditFilterForm filter={filter} />
        <section className={styles['card']} aria-label="Entries">
          {items.length === 0 ? (
            <NoEntries isNarrowed={isNarrowed} />
          ) : (
            <AuditTable entries={items} caption="Entries of the audit trail, the newest first" />
          )}
        </section>
        {next === undefined && cursor === undefined ? null : (
          <nav className={styles['more']} aria-label="Older and newer">
            {cursor === undefined ? null : <Link href={`/admin/audit${auditFilterQuery(filter)}`}>Newest</Link>}
            {next === undefined ? null : <Link href={`/admin/audit${auditFilterQuery(filter, next)}`}>Older</Link>}
          </nav>
        )}
      </div>
    </main>
  );
}

function NoEntries({ isNarrowed }: { isNarrowed: boolean }) {
  return (
    <p className={styles['none']}>
      <b>{isNarrowed ? 'Nothing matches' : 'Nothing was changed yet'}</b>
      {isNarrowed
        ? 'No entry fits all of the fields above. Days are days of UTC.'
        : 'Each override, each change of an account and each acknowledged alert will stand here.'}
    </p>
  );
}

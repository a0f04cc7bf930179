import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import styles from '@/app/history/page.module.css';
import { Herbarium } from '@/features/history/herbarium.tsx';
import { historyPage } from '@/server/page-data.ts';
import { orUnavailable } from '@/server/procedure-errors.ts';
import { viewer } from '@/server/viewer.ts';
import { ButtonLink } from '@/ui/button.tsx';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';
import { Sprig } from '@/ui/sprig.tsx';

export const metadata: Metadata = { title: 'Your herbarium' };

interface HistoryPageProps {
  searchParams: Promise<{ cursor?: string | string[] }>;
}

export default async function HistoryPage({ searchParams }: HistoryPageProps) {
  const { isUnknown, principal } = await viewer();
  if (isUnknown) return <Unavailable what="your herbarium" />;
  if (!principal) redirect('/login?next=/history');
  const { cursor: asked } = await searchParams;
  const cursor = typeof asked === 'string' ? asked : undefined;
  const found = await orUnavailable(() => historyPage(cursor));
  if (found === 'unavailable') return <Unavailable what="your herbarium" />;
  if (!found) notFound();
  const { items, next_cursor: next } = found;
  return (
    <main className={page['page']}>
      <div className={styles['head']}>
        <h1>Your herbarium</h1>
        <p>{items.length === 0 ? 'Every plant you name is kept here.' : 'What you have named, newest first.'}</p>
      </div>
      {items.length === 0 && cursor === undefined ? (
        <EmptyHerbarium sprig={<Sprig />} />
      ) : (
        <Herbarium items={items} sprig={cursor === undefined ? <Sprig /> : undefined} />
      )}
      {next === undefined && cursor === undefined ? null : (
        <nav className={styles['more']} aria-label="Older and newer">
          {cursor === undefined ? null : <Link href="/history">Newest</Link>}
          {next === undefined ? null : <Link href={`/history?cursor=${encodeURIComponent(next)}`}>Older</Link>}
        </nav>
      )}
      {items.length === 0 && cursor === undefined ? null : (
        <p className={styles['export']}>
          <a href="/api/v1/plant-identification/identifications/export.zip" download>
            Export everything (ZIP)
          </a>
        </p>
      )}
    </main>
  );
}

/** Invitation to identify the first plant. */
function EmptyHerbarium({ sprig }: { sprig: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <div className={styles['sprig']}>{sprig}</div>
      <div>
        <h2>Nothing pressed yet</h2>
        <p>Lay a photo on a sheet, and its label will hang here.</p>
      </div>
      <ButtonLink main href="/identify">
        Name one
      </ButtonLink>
    </div>
  );
}

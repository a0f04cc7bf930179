import Link from 'next/link';
import type { ReactNode } from 'react';
import page from '@/ui/page.module.css';
import styles from './list-page.module.css';

interface ListPageProps {
  title: string;
  /** Sentence below the title. */
  note: string;
  /** What can be done with the whole list, beside the title. */
  action?: ReactNode;
  filter: ReactNode;
  /** Accessible name of the list. */
  listName: string;
  /** The table, or what stands in its place when nothing is found. */
  children: ReactNode;
  /** Addresses of the pages before and after this one; absent where there is none. */
  newest?: string | undefined;
  older?: string | undefined;
}

/** A page with a filter and the list that it narrows, the newest first. */
export function ListPage({ title, note, action, filter, listName, children, newest, older }: ListPageProps) {
  return (
    <main className={page['page']}>
      <div className={styles['page']}>
        <div className={styles['head']}>
          <div>
            <h1>{title}</h1>
            <p>{note}</p>
          </div>
          {action}
        </div>
        {filter}
        <section className={styles['card']} aria-label={listName}>
          {children}
        </section>
        {newest === undefined && older === undefined ? null : (
          <nav className={styles['more']} aria-label="Older and newer">
            {newest === undefined ? null : <Link href={newest}>Newest</Link>}
            {older === undefined ? null : <Link href={older}>Older</Link>}
          </nav>
        )}
      </div>
    </main>
  );
}

/** Says that nothing is found, and why. */
export function EmptyList({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <p className={styles['none']}>
      <b>{heading}</b>
      {children}
    </p>
  );
}

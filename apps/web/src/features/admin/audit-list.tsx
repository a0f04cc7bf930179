'use client';

import { useState } from 'react';
import { dayAndTime } from '@/lib/format/time.ts';
import type { AuditEntry } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import styles from './audit-list.module.css';
import { actionText, changeTexts } from './audit-text.ts';
import { mergeEntries } from './overview-text.ts';
import { trpc } from './trpc.ts';

/** Number of entries in an overview; fewer means that there are no others. */
const IN_OVERVIEW = 20;
const MOST = 200;

interface AuditListProps {
  newest: readonly AuditEntry[];
  now: number;
  timeZone: string;
}

/** The audit log, newest entry first. */
export function AuditList({ newest, now, timeZone }: AuditListProps) {
  const [more, setMore] = useState(false);
  const older = trpc.v1.admin.audit.list.useQuery({ limit: MOST }, { enabled: more });
  const entries = mergeEntries(older.data?.items ?? [], newest);
  return (
    <section className={styles['audit']} aria-labelledby="audit">
      <h2 id="audit">Audit</h2>
      {entries.length === 0 ? (
        <p className={styles['none']}>Nothing has been isolated, released or reset yet.</p>
      ) : (
        <>
          <p className={styles['columns']} aria-hidden="true">
            {['When', 'Who', 'What', 'Reason', 'Before, after', 'Request'].map((name) => (
              <span key={name}>{name}</span>
            ))}
          </p>
          <ol>
            {entries.map((entry) => (
              <li key={entry.id} className={styles['entry']}>
                <time dateTime={entry.at} title={entry.at}>
                  {dayAndTime(Date.parse(entry.at), now, timeZone)}
                </time>
                <span className={styles['who']}>{entry.actor ?? 'by time'}</span>
                <b>{actionText(entry)}</b>
                <span className={styles['reason']}>{entry.reason}</span>
                <span className={styles['change']}>{Object.values(changeTexts(entry)).join(', ')}</span>
                <code title={entry.request_id}>{entry.request_id?.slice(0, 8) ?? ''}</code>
              </li>
            ))}
          </ol>
        </>
      )}
      {newest.length < IN_OVERVIEW || more ? null : (
        <Button small onClick={() => setMore(true)}>
          Show older
        </Button>
      )}
      {older.isError ? <p role="alert">Older entries could not be fetched. They are kept.</p> : null}
    </section>
  );
}

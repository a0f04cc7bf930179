import Link from 'next/link';
import type { AuditEntry } from '@/lib/wire.ts';
import { ExactTime } from '@/ui/exact-time.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import list from '../list/list-table.module.css';
import styles from './audit-table.module.css';
import { actionText, changeTexts, personText } from './audit-text.ts';

const COLUMNS = ['When', 'Who', 'What', 'Reason', 'Before → after', 'Request'];

/** Length of the start of a request id that tells requests of a page apart. */
const SHORT_ID = 8;

interface AuditTableProps {
  entries: readonly AuditEntry[];
  /** Name of the table for screen readers. */
  caption: string;
  /** Id of the user whose page shows the table: no entry links to that page. */
  userId?: string;
}

/** Entries of the audit trail, the newest first. On narrow screens each entry is a block. */
export function AuditTable({ entries, caption, userId }: AuditTableProps) {
  return (
    <table className={list['table']}>
      <caption className={hidden['hidden']}>{caption}</caption>
      <thead>
        <tr>
          {COLUMNS.map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} isLinked={entry.target !== userId} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, isLinked }: { entry: AuditEntry; isLinked: boolean }) {
  const { actor, at, reason, request_id: requestId } = entry;
  const { after, before } = changeTexts(entry);
  return (
    <tr className={styles['row']}>
      <td className={styles['when']}>
        <ExactTime at={at} />
      </td>
      <td className={styles['who']}>{actor === undefined ? 'by time' : personText(actor)}</td>
      <td className={styles['what']}>{isLinked ? <What entry={entry} /> : actionText(entry)}</td>
      <td className={styles['reason']}>{reason}</td>
      <td className={styles['change']}>
        {before} <span aria-hidden="true">→</span>
        <span className={hidden['hidden']}>, then</span> {after}
      </td>
      <td className={styles['request']}>
        {requestId === undefined ? null : <code title={requestId}>{requestId.slice(0, SHORT_ID)}</code>}
      </td>
    </tr>
  );
}

/** The action; one about an account that exists leads to its page. */
function What({ entry }: { entry: AuditEntry }) {
  const text = actionText(entry);
  if (!('target_email' in entry) || entry.target_email === undefined) return text;
  return (
    <Link href={`/admin/users/${encodeURIComponent(entry.target)}`} prefetch={false}>
      {text}
    </Link>
  );
}

import Link from 'next/link';
import type { AuditEntry } from '@/lib/wire.ts';
import { Panel } from '../panels/panel.tsx';
import styles from './audit-panel.module.css';
import { AuditTable } from './audit-table.tsx';

/** The newest entries of the audit trail, with the ways to all of them. */
export function AuditPanel({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <Panel
      title="Audit"
      aside={
        <div className={styles['links']}>
          <Link href="/admin/audit">Filter</Link>
          {/* A download is no page that Next could open. */}
          <a href="/admin/audit/export" download>
            Export
          </a>
        </div>
      }
    >
      {entries.length === 0 ? (
        <p className={styles['none']}>No operator has changed anything yet.</p>
      ) : (
        <AuditTable entries={entries} caption="The newest entries of the audit trail" />
      )}
    </Panel>
  );
}

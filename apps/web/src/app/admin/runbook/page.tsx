import type { Metadata } from 'next';
import styles from '@/app/admin/runbook/page.module.css';
import { Runbook } from '@/features/admin/runbook/runbook.tsx';
import { administrator } from '@/server/page-data.ts';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';
import runbook from '../../../../../../docs/operations.md';

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Runbook' };
}

/** Shows docs/operations.md, as it was when the app was built. */
export default async function RunbookPage() {
  const principal = await administrator();
  if (principal === 'unavailable') return <Unavailable what="the runbook" />;
  return (
    <main className={page['page']}>
      <div className={styles['document']}>
        <Runbook markdown={runbook} />
      </div>
    </main>
  );
}

import type { Metadata } from 'next';
import { AdminDesk } from '@/components/admin/admin-desk.tsx';
import page from '@/components/paper/page.module.css';
import { Unavailable } from '@/components/site/unavailable.tsx';
import { administrator, circuitsOverview } from '@/server/admin.ts';

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Admin' };
}

export default async function AdminPage() {
  const principal = await administrator();
  const initial = principal === 'unavailable' ? principal : await circuitsOverview(principal);
  if (principal === 'unavailable' || initial === 'unavailable') return <Unavailable what="this page" />;
  return (
    <main className={page['page']}>
      <AdminDesk initial={initial} email={principal.email} />
      <noscript>Watching and ordering circuits needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}

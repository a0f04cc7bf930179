import type { Metadata } from 'next';
import { AdminDesk } from '@/components/admin/admin-desk.tsx';
import page from '@/components/paper/page.module.css';
import { administrator, circuitsOverview } from '@/server/admin.ts';

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Admin' };
}

export default async function AdminPage() {
  const { email } = await administrator();
  return (
    <main className={page['page']}>
      <AdminDesk initial={await circuitsOverview()} email={email} />
      <noscript>Watching and ordering circuits needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}

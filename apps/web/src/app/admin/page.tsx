import type { Metadata } from 'next';
import { AdminView } from '@/features/admin/admin-view.tsx';
import { ApiProvider } from '@/lib/trpc.tsx';
import { administrator, overview } from '@/server/page-data.ts';
import { Unavailable } from '@/ui/message-page.tsx';
import page from '@/ui/page.module.css';

export async function generateMetadata(): Promise<Metadata> {
  await administrator();
  return { title: 'Admin' };
}

export default async function AdminPage() {
  const principal = await administrator();
  const initial = principal === 'unavailable' ? principal : await overview(principal);
  if (principal === 'unavailable' || initial === 'unavailable') return <Unavailable what="this page" />;
  return (
    <main className={page['page']}>
      <ApiProvider>
        <AdminView key={principal.userId} initial={initial} viewer={principal.userId} email={principal.email} />
      </ApiProvider>
      <noscript>Watching and ordering circuits needs JavaScript, which is off in this browser.</noscript>
    </main>
  );
}

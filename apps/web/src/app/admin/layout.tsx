import type { ReactNode } from 'react';
import { AdminNav } from '@/features/admin/admin-nav.tsx';
import { administrator } from '@/server/page-data.ts';

/** Pages for operators, with links between them. Others get a 404 without the links; each page checks the role, too. */
export default async function AdminLayout({ children }: Readonly<{ children: ReactNode }>) {
  const principal = await administrator();
  return (
    <>
      {principal === 'unavailable' ? null : <AdminNav />}
      {children}
    </>
  );
}

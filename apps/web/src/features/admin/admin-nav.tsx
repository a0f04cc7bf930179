'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';
import nav from '@/ui/section-nav.module.css';
import styles from './admin-nav.module.css';

const PAGES = [
  { href: '/admin', name: 'Overview' },
  { href: '/admin/audit', name: 'Audit' },
  { href: '/admin/users', name: 'Users' },
  { href: '/admin/runbook', name: 'Runbook' },
] as const;

/** Links between the pages for operators; marks the current one. */
export function AdminNav() {
  const path = usePathname();
  const current = (href: string) => {
    if (path === href) return 'page';
    return href !== '/admin' && path.startsWith(`${href}/`) ? 'true' : undefined;
  };
  return (
    <nav className={`${nav['nav']} ${styles['admin']}`} aria-label="Admin">
      <ul>
        {PAGES.map(({ href, name }) => (
          <li key={href}>
            <Link href={href} aria-current={current(href)}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

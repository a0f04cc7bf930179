import type { Principal } from '@plantcommunity/auth';
import { Info } from 'lucide-react';
import Link from 'next/link';
import { AccountMenu } from '@/features/account/account-menu.tsx';
import { ALL_PROVIDERS_TEXT } from '@/lib/providers.ts';
import { Mark } from '@/ui/mark.tsx';
import { NavLink } from '@/ui/nav-link.tsx';
import styles from './site-header.module.css';

interface SiteHeaderProps {
  principal: Principal | undefined;
  /** The viewer has a session, but the account cannot be looked up because the database is unavailable. */
  isUnknown: boolean;
}

export function SiteHeader({ principal, isUnknown }: SiteHeaderProps) {
  return (
    <header className={styles['header']}>
      <div className={styles['inner']}>
        <Link href="/" className={styles['home']}>
          <Mark />
          <span className={styles['name']}>Plant ID Community</span>
        </Link>
        <nav aria-label="Main" className={styles['nav']}>
          <NavLink href="/identify">Identify</NavLink>
          <NavLink href="/history">History</NavLink>
          {principal?.role === 'admin' ? <NavLink href="/admin">Admin</NavLink> : null}
        </nav>
        <Account principal={principal} isUnknown={isUnknown} />
      </div>
    </header>
  );
}

function Account({ principal, isUnknown }: SiteHeaderProps) {
  if (principal) return <AccountMenu name={principal.name ?? principal.email} email={principal.email} />;
  if (isUnknown) return <p className={styles['unknown']}>Account not available</p>;
  return (
    <div className={styles['ways']}>
      <span className={styles['roomy']}>
        <NavLink href="/register">Make an account</NavLink>
      </span>
      <NavLink href="/login">Sign in</NavLink>
    </div>
  );
}

/** Banner of the demo, in which the simulator answers for both providers. */
export function DemoStrip() {
  return (
    <aside className={styles['strip']} aria-label="Demo">
      <p>
        <Info size={18} strokeWidth={1.7} aria-hidden="true" />
        <span>
          <b>Demo answers.</b> No service is asked; nothing about your plant is known.
        </span>
      </p>
    </aside>
  );
}

export function SiteFooter() {
  return (
    <footer className={styles['footer']}>
      <p className={styles['footerInner']}>
        Names from {ALL_PROVIDERS_TEXT}. Taxonomy: GBIF. <Link href="/docs">API for your app</Link>
      </p>
    </footer>
  );
}

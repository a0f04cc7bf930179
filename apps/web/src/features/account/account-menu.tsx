'use client';

import { LogOut } from 'lucide-react';
import Link from 'next/link';
import { useId, useRef, useState } from 'react';
import { forgetPhoto } from '@/lib/kept-photo.ts';
import styles from './account-menu.module.css';

/** Button with the initial of the account, and its menu: name, links, sign-out. */
export function AccountMenu({ name, email }: { name: string; email: string }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [leaving, setLeaving] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const close = () => menu.current?.hidePopover();
  const leave = async () => {
    if (leaving) return;
    setLeaving(true);
    setRefused(false);
    try {
      // Loaded on demand, so that pages do not carry it.
      const { signOut } = await import('./sign-in.ts');
      await signOut();
      // The kept photo belongs to the person who signs out.
      await forgetPhoto();
      location.assign('/');
    } catch {
      setRefused(true);
      setLeaving(false);
    }
  };
  return (
    <>
      <button type="button" className={styles['mark']} popoverTarget={id} aria-label={`Account of ${name}`}>
        <span aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>
      </button>
      <div ref={menu} id={id} popover="auto" className={styles['menu']}>
        <p className={styles['name']}>{name}</p>
        {name === email ? null : <p className={styles['email']}>{email}</p>}
        <ul className={styles['ways']}>
          <li>
            <Link href="/account" onClick={close}>
              Account
            </Link>
          </li>
          <li>
            <Link href="/history" onClick={close}>
              History
            </Link>
          </li>
        </ul>
        {isRefused ? (
          <p role="alert" className={styles['refused']}>
            No answer came: you are still signed in. Please try again in a moment.
          </p>
        ) : null}
        <button
          type="button"
          className={styles['leave']}
          aria-disabled={leaving || undefined}
          onClick={() => void leave()}
        >
          <LogOut size={18} strokeWidth={1.6} aria-hidden="true" />
          {leaving ? 'Signing out' : 'Sign out'}
        </button>
      </div>
    </>
  );
}

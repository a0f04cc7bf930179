'use client';

import { LogOut } from 'lucide-react';
import { useId, useState } from 'react';
import { forgetPhoto } from '@/client/kept-photo.ts';
import { leave } from '@/client/session.ts';
import styles from './account-menu.module.css';

/** The account's mark, and behind it who is signed in and the way out. */
export function AccountMenu({ name, email }: { name: string; email: string }) {
  const menu = useId();
  const [leaving, setLeaving] = useState(false);
  const signOut = async () => {
    setLeaving(true);
    // What waits on this device belongs to whoever chose it.
    await forgetPhoto();
    await leave();
  };
  return (
    <>
      <button type="button" className={styles['mark']} popoverTarget={menu} aria-label={`Account of ${name}`}>
        <span aria-hidden="true">{name.slice(0, 1).toUpperCase()}</span>
      </button>
      <div id={menu} popover="auto" className={styles['menu']}>
        <p className={styles['name']}>{name}</p>
        {name === email ? null : <p className={styles['email']}>{email}</p>}
        <button type="button" className={styles['leave']} disabled={leaving} onClick={() => void signOut()}>
          <LogOut size={18} strokeWidth={1.6} aria-hidden="true" />
          Sign out
        </button>
      </div>
    </>
  );
}

'use client';

import { LogOut } from 'lucide-react';
import Link from 'next/link';
import { useId, useRef, useState } from 'react';
import { signOut } from '@/client/account/session.ts';
import type { Fault } from '@/client/forms/fault.ts';
import { forgetPhoto } from '@/client/kept-photo.ts';
import { FormFault } from '../controls/form-fault.tsx';
import styles from './account-menu.module.css';

/** The account's mark, and behind it who is signed in, what is theirs, and the way out. */
export function AccountMenu({ name, email }: { name: string; email: string }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [leaving, setLeaving] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const close = () => menu.current?.hidePopover();
  const leave = async () => {
    if (leaving) return;
    setLeaving(true);
    const refused = await signOut();
    setFault(refused);
    if (refused !== undefined) return setLeaving(false);
    // What waits on this device belongs to whoever chose it.
    await forgetPhoto();
    location.assign('/');
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
        <FormFault fault={fault} />
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

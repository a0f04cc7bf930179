'use client';

import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import styles from '@/ui/form.module.css';
import { DeleteDialog } from './delete-dialog.tsx';

interface DeleteAccountProps {
  email: string;
  hasPassword: boolean;
}

/** The way to the end of an account. */
export function DeleteAccount(account: DeleteAccountProps) {
  const [asking, setAsking] = useState(false);
  return (
    <div className={styles['form']}>
      <p>Deletes your account with all its identifications and photos, for good.</p>
      <div>
        <Button onClick={() => setAsking(true)}>Delete account…</Button>
      </div>
      {asking ? <DeleteDialog account={account} onClose={() => setAsking(false)} /> : null}
    </div>
  );
}

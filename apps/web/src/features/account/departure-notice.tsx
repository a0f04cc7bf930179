'use client';

import { useEffect, useState } from 'react';
import { Notice } from '@/ui/notice.tsx';
import { takeSignOutNotice } from './departure.ts';
import styles from './departure-notice.module.css';

/** Says to whoever has just left what was done. */
export function SignOutNotice() {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- it is taken from the browser, once
    setSaid((before) => before ?? takeSignOutNotice());
  }, []);
  return (
    <div aria-live="polite" className={styles['departure']}>
      {said === undefined ? null : <Notice tone="done">{said}</Notice>}
    </div>
  );
}

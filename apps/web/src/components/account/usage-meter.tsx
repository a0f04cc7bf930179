'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { usageWords } from '@/client/account/usage.ts';
import { useNow, useTimeZone } from '@/client/clock.ts';
import type { Me } from '@/client/wire.ts';
import { Ruler } from '../paper/ruler.tsx';
import styles from './usage-meter.module.css';

/** How many identifications are left, and when all are there again; anew whenever the page is looked at again. */
export function UsageMeter({ usage }: { usage: Me['usage'] }) {
  const router = useRouter();
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') router.refresh();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [router]);

  const { left, again, share } = usageWords(usage, useNow(60_000), useTimeZone());
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn as a ruler
      role="meter"
      aria-label="Identifications left"
      aria-valuemin={0}
      aria-valuemax={usage.limit}
      aria-valuenow={usage.remaining}
      aria-valuetext={[left, again].filter(Boolean).join(', ')}
    >
      <p className={styles['line']}>
        <span className={styles['left']}>{left}</span>
        <span>{again}</span>
      </p>
      <Ruler fill={share} tone={share < 0.2 ? 'half' : 'leaf'} />
    </div>
  );
}

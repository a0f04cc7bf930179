'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { useNow, useTimeZone } from '@/lib/device.ts';
import type { Me } from '@/lib/wire.ts';
import { Ruler } from '@/ui/ruler.tsx';
import { scarcestCredits, type UsageText, usageText } from './usage.ts';
import styles from './usage-meter.module.css';

/**
 * Shows how many identifications are left and when all are available again; the same for daily credits if the account
 * has a share. Refreshes when the page becomes visible again.
 */
export function UsageMeter({ usage }: { usage: Me['usage'] }) {
  const router = useRouter();
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') router.refresh();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [router]);

  const now = useNow(60_000);
  const timeZone = useTimeZone();
  const credits = scarcestCredits(usage.credits);
  return (
    <>
      <Meter label="Identifications left" usage={usage} text={usageText(usage, now, timeZone)} />
      {credits === undefined ? null : (
        <div className={styles['credits']}>
          <Meter label="Credits left" usage={credits} text={usageText(credits, now, timeZone, 'credits')} />
          <p className={styles['note']}>
            {credits.policy === 'credits-free'
              ? 'A day’s credits.'
              : 'A day’s credits of all accounts at your address.'}{' '}
            An identification takes one, two with diseases.
          </p>
        </div>
      )}
    </>
  );
}

interface MeterProps {
  label: string;
  usage: { limit: number; remaining: number };
  text: UsageText;
}

function Meter({ label, usage, text: { again, left, share } }: MeterProps) {
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn as a ruler
      role="meter"
      aria-label={label}
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

'use client';

import { ChevronLeft, ChevronRight, History } from 'lucide-react';
import { useState } from 'react';
import { clockTime, durationText } from '@/lib/format/time.ts';
import { Button } from '@/ui/button.tsx';
import { Moment } from '@/ui/moment.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './shown-minute-strip.module.css';
import type { ShownMinute } from './use-shown-minute.ts';

interface ShownMinuteStripProps {
  shownMinute: ShownMinute;
  now: number;
  timeZone: string;
}

/** Says that the charts show one minute of the past, moves to another minute and back to now. */
export function ShownMinuteStrip({ shownMinute, now, timeZone }: ShownMinuteStripProps) {
  // The knobs speak for themselves; only these buttons need it.
  const [isSpoken, setSpoken] = useState(false);
  const { index, minute } = shownMinute;
  if (minute === undefined) return null;
  const time = clockTime(Date.parse(minute), timeZone, 'minutes');
  const step = (by: number) => {
    setSpoken(true);
    shownMinute.show(index + by);
  };
  return (
    <section className={styles['strip']} aria-label="Shown minute">
      <History size={18} strokeWidth={1.7} aria-hidden="true" />
      <p>
        The charts’ figures show{' '}
        <Moment at={minute}>
          <b>{time}</b>
        </Moment>
        , {minutesAgo(minute, now)} ago, everywhere below.{' '}
        <span className={styles['rest']}>States, clocks and alerts stay at now.</span>
      </p>
      <p aria-live="polite" className={hidden['hidden']}>
        {isSpoken ? time : ''}
      </p>
      <div className={styles['steps']}>
        <Button small disabled={index === 0} onClick={() => step(-1)}>
          <ChevronLeft size={16} strokeWidth={2} aria-hidden="true" />
          <span className={hidden['hidden']}>{index === 0 ? 'No earlier minute' : 'Earlier'}</span>
        </Button>
        <Button small onClick={() => step(1)}>
          <ChevronRight size={16} strokeWidth={2} aria-hidden="true" />
          <span className={hidden['hidden']}>Later</span>
        </Button>
        <Button small tone="leaf" onClick={shownMinute.leave}>
          Back to now
        </Button>
      </div>
    </section>
  );
}

/** Formats how long ago a minute began, in whole minutes. */
export function minutesAgo(minute: string, now: number): string {
  return durationText(Math.floor((now - Date.parse(minute)) / 60_000) * 60_000);
}

'use client';

import { Button } from '@/ui/button.tsx';
import { Countdown } from '@/ui/countdown.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './failed-view.module.css';

/** All identifications are used for now: the countdown is the headline. */
export function Limited({ until, onAgain }: { until: number; onAgain: () => void }) {
  return (
    <>
      <div className={styles['head']}>
        <p className={styles['lead']} aria-hidden="true">
          You can identify again in
        </p>
        <FocusedHeading active>
          <span className={hidden['hidden']}>You can identify again in </span>
          <span className={styles['clock']}>
            <Countdown until={until} onOver={onAgain} spoken />
          </span>
        </FocusedHeading>
        <p>
          You have used all your identifications for now. Your photo is kept here. Leave this page open and it goes by
          itself.
        </p>
      </div>
      <StickyBar>
        <Button main wide notYet>
          Identify in <Countdown until={until} />
        </Button>
      </StickyBar>
    </>
  );
}

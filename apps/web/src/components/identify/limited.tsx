'use client';

import { Button } from '../controls/button.tsx';
import { Countdown } from '../paper/countdown.tsx';
import { StickyBar } from '../paper/sticky-bar.tsx';
import hidden from '../paper/visually-hidden.module.css';
import { FocusedHeading } from '../site/focused-heading.tsx';
import styles from './held.module.css';

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

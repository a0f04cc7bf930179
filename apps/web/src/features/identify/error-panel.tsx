import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import styles from './failed-view.module.css';
import type { Trouble } from './identify-error.ts';

type Kind = 'slow' | 'lost' | 'broken';

const WORDS: Readonly<Record<Kind, { title: string; sentence: string }>> = {
  slow: {
    title: 'No answer came in time',
    sentence: 'Your photo arrived, but the services took longer than we wait. Your photo is kept here.',
  },
  lost: {
    title: 'The connection was lost',
    sentence: 'Your photo did not get through, or its answer did not come back. Your photo is kept here.',
  },
  broken: {
    title: 'Something broke on our side',
    sentence: 'It is not your photo, which is kept here. Trying again often helps.',
  },
};

interface MishapProps {
  trouble: Extract<Trouble, { kind: Kind }>;
  onAgain: () => void;
}

/** A run that ended without an answer, for a reason that may be over by now. */
export function Mishap({ trouble, onAgain }: MishapProps) {
  const { title, sentence } = WORDS[trouble.kind];
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence}</p>
        {trouble.kind === 'broken' && trouble.requestId !== undefined ? (
          <p>
            If you tell us about it, name <span className={styles['id']}>{trouble.requestId}</span>.
          </p>
        ) : null}
      </div>
      <StickyBar>
        <Button main wide onClick={onAgain}>
          Try again
        </Button>
      </StickyBar>
    </>
  );
}

import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/layout.tsx';
import styles from './failed-view.module.css';
import type { IdentifyError } from './identify-error.ts';

type ErrorType = 'timeout' | 'connection_lost' | 'server_error';

const TEXTS: Readonly<Record<ErrorType, { title: string; sentence: string }>> = {
  timeout: {
    title: 'No answer came in time',
    sentence: 'Your photo arrived, but the services took longer than we wait. Your photo is kept here.',
  },
  connection_lost: {
    title: 'The connection was lost',
    sentence: 'Your photo did not get through, or its answer did not come back. Your photo is kept here.',
  },
  server_error: {
    title: 'Something broke on our side',
    sentence: 'It is not your photo, which is kept here. Trying again often helps.',
  },
};

interface ErrorPanelProps {
  error: Extract<IdentifyError, { type: ErrorType }>;
  onAgain: () => void;
}

/** Shows an error that may be gone by now, with a button to try again. */
export function ErrorPanel({ error, onAgain }: ErrorPanelProps) {
  const { title, sentence } = TEXTS[error.type];
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence}</p>
        {error.type === 'server_error' && error.requestId !== undefined ? (
          <p>
            If you tell us about it, name <span className={styles['id']}>{error.requestId}</span>.
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

'use client';

import { Button, ButtonLink } from '@/ui/button.tsx';
import { Countdown } from '@/ui/countdown.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { PhotoLayout, StickyBar } from '@/ui/layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { RejectedFiles } from './empty-view.tsx';
import styles from './failed-view.module.css';
import type { IdentifyError } from './identify-error.ts';
import { type OnFiles, PickPhoto } from './photo/photo-input.tsx';
import { ProvidersUnavailable } from './providers-unavailable.tsx';
import type { IdentifyViewer } from './use-identify.ts';

interface FailedViewProps {
  error: IdentifyError;
  photo: File;
  preview: string | undefined;
  viewer: IdentifyViewer;
  onFiles: OnFiles;
  onAgain: () => void;
}

/** Shows why there is no answer, and what people can do. The photo stays in its place. */
export function FailedView({ error, photo, preview, viewer, onFiles, onAgain }: FailedViewProps) {
  return (
    <PhotoLayout panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" />}>
      <Reason error={error} photo={photo} viewer={viewer} onFiles={onFiles} onAgain={onAgain} />
    </PhotoLayout>
  );
}

function Reason({ error, photo, viewer, onFiles, onAgain }: Omit<FailedViewProps, 'preview'>) {
  switch (error.type) {
    case 'sign_in_required':
      return <SignInRequired />;
    case 'rate_limited':
      return <RateLimited until={error.until} onAgain={onAgain} />;
    case 'providers_unavailable':
      return <ProvidersUnavailable error={error} signedIn={viewer.signedIn} onAgain={onAgain} />;
    case 'photo_rejected':
      return <PhotoRejected name={photo.name} reason={error.reason} onFiles={onFiles} />;
    case 'timeout':
    case 'connection_lost':
    case 'server_error':
      return <ErrorPanel error={error} onAgain={onAgain} />;
  }
}

/** Shown until the sign-in page has loaded. */
function SignInRequired() {
  return (
    <>
      <div className={styles['head']}>
        <h1>Sign in to learn its name</h1>
        <p>Your photo is kept on this device and comes along.</p>
      </div>
      <StickyBar>
        <ButtonLink main wide href="/login?next=/identify">
          Sign in
        </ButtonLink>
      </StickyBar>
    </>
  );
}

/** The rate limit is reached: a countdown is the heading, and the photo is sent again at its end. */
function RateLimited({ until, onAgain }: { until: number; onAgain: () => void }) {
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
        <Button main wide disabled>
          Identify in <Countdown until={until} />
        </Button>
      </StickyBar>
    </>
  );
}

interface PhotoRejectedProps {
  name: string;
  reason: string;
  onFiles: OnFiles;
}

/** The server has rejected the photo. */
function PhotoRejected({ name, reason, onFiles }: PhotoRejectedProps) {
  const extension = /\.([a-z0-9]{1,7})$/i.exec(name)?.[1]?.toUpperCase() ?? 'File';
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>This photo cannot be used</FocusedHeading>
        <p>No service has seen it.</p>
      </div>
      <RejectedFiles rejected={[{ name, badge: extension, reason }]} />
      <StickyBar>
        <PickPhoto main wide onFiles={onFiles}>
          Choose another
        </PickPhoto>
      </StickyBar>
    </>
  );
}

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
function ErrorPanel({ error, onAgain }: ErrorPanelProps) {
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

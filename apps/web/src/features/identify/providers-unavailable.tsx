'use client';

import { Clock } from 'lucide-react';
import { bothOrAll, capitalised } from '@/lib/format/list.ts';
import { PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '@/lib/providers.ts';
import type { ProviderName } from '@/lib/wire.ts';
import { ButtonLink } from '@/ui/button.tsx';
import { Countdown } from '@/ui/countdown.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/layout.tsx';
import styles from './failed-view.module.css';
import type { IdentifyError } from './identify-error.ts';
import type { ProviderProgress } from './run.ts';

interface ProvidersUnavailableProps {
  error: Extract<IdentifyError, { type: 'providers_unavailable' }>;
  signedIn: boolean;
  onAgain: () => void;
}

/** No provider can answer: shows when each can be asked again, and tries again by itself. */
export function ProvidersUnavailable({ error, signedIn, onAgain }: ProvidersUnavailableProps) {
  const { until, providers, code } = error;
  const asked = PROVIDER_NAMES.filter((name) => providers[name] !== undefined);
  const { title, sentence } = textsFor(code, asked);
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence} Your photo is kept on this page.</p>
      </div>
      {asked.length === 0 ? null : (
        <ul className={styles['services']}>
          {asked.map((name) => (
            <li key={name}>
              <Clock size={18} strokeWidth={1.7} aria-hidden="true" />
              <b>{PROVIDERS[name].displayName}</b>
              <span>
                <RetryTime progress={providers[name]} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <StickyBar>
        <p className={styles['self']}>
          Trying again by itself in{' '}
          <b>
            <Countdown until={until} onOver={onAgain} spoken />
          </b>
        </p>
        {signedIn ? (
          <ButtonLink wide href="/history">
            See your last answers
          </ButtonLink>
        ) : null}
      </StickyBar>
    </>
  );
}

function RetryTime({ progress }: { progress: ProviderProgress | undefined }) {
  if (progress?.type !== 'unanswered') return null;
  if (progress.until === undefined) return UNANSWERED[progress.status].phrase;
  return (
    <>
      again in <Countdown until={progress.until} />
    </>
  );
}

function textsFor(code: string, asked: readonly ProviderName[]): { title: string; sentence: string } {
  const [only] = asked;
  const one = asked.length === 1 && only !== undefined;
  if (code === 'busy') {
    return { title: 'It’s busy right now', sentence: 'We can’t identify your photo at the moment.' };
  }
  if (code === 'quota_exhausted') {
    return {
      title: 'All used up for now',
      sentence: 'The services have no identifications left for us until their next reset.',
    };
  }
  return one
    ? {
        title: `${PROVIDERS[only].displayName} is resting`,
        sentence: 'It has stopped answering us, so we let it be for a moment.',
      }
    : {
        title: `${capitalised(bothOrAll(asked.length || PROVIDER_NAMES.length))} services are resting`,
        sentence: 'They have stopped answering us, so we let them be for a moment.',
      };
}

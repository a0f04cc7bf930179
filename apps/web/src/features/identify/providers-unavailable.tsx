'use client';

import { Clock } from 'lucide-react';
import { PROVIDER_NAMES, PROVIDERS, UNANSWERED } from '@/lib/providers.ts';
import type { ProviderName } from '@/lib/wire.ts';
import { ButtonLink } from '@/ui/button.tsx';
import { Countdown } from '@/ui/countdown.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import styles from './failed-view.module.css';
import type { Trouble } from './identify-error.ts';
import type { Asked } from './run.ts';

interface RestingProps {
  trouble: Extract<Trouble, { kind: 'resting' }>;
  signedIn: boolean;
  onAgain: () => void;
}

/** No service can answer: when each may again, and the page that tries by itself. */
export function Resting({ trouble, signedIn, onAgain }: RestingProps) {
  const { until, asked, code } = trouble;
  const services = PROVIDERS.filter((name) => asked[name] !== undefined);
  const { title, sentence } = words(code, services);
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence} Your photo is kept on this page.</p>
      </div>
      {services.length === 0 ? null : (
        <ul className={styles['services']}>
          {services.map((name) => (
            <li key={name}>
              <Clock size={18} strokeWidth={1.7} aria-hidden="true" />
              <b>{PROVIDER_NAMES[name]}</b>
              <span>
                <When asked={asked[name]} />
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

function When({ asked }: { asked: Asked | undefined }) {
  if (asked?.state !== 'unanswered') return null;
  if (asked.until === undefined) return UNANSWERED[asked.status].phrase;
  return (
    <>
      again in <Countdown until={asked.until} />
    </>
  );
}

function words(code: string, services: readonly ProviderName[]): { title: string; sentence: string } {
  const [only] = services;
  const one = services.length === 1 && only !== undefined;
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
        title: `${PROVIDER_NAMES[only]} is resting`,
        sentence: 'It has stopped answering us, so we let it be for a moment.',
      }
    : {
        title: 'Both services are resting',
        sentence: 'They have stopped answering us, so we let them be for a moment.',
      };
}

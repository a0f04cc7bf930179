'use client';

import { missingProvider } from '@/features/identify/answer/partial-notice.tsx';
import { PROVIDER_NAMES } from '@/lib/providers.ts';
import type { Identification } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { Countdown, useSecondsLeft } from '@/ui/countdown.tsx';
import type { Run } from './run.ts';

interface AskAgainProps {
  answer: Identification;
  asked: Run['asked'];
  onAgain: () => void;
}

/** The way to a second opinion: only the service that is missing is asked. */
export function AskAgain({ answer, asked, onAgain }: AskAgainProps) {
  const missing = missingProvider(answer);
  const fate = missing && asked[missing.provider];
  const until = fate?.state === 'unanswered' ? fate.until : undefined;
  const left = useSecondsLeft(until ?? 0);
  if (missing === undefined) return null;
  const name = PROVIDER_NAMES[missing.provider];
  return until !== undefined && left > 0 ? (
    <Button main wide notYet>
      Ask {name} in <Countdown until={until} />
    </Button>
  ) : (
    <Button main wide onClick={onAgain}>
      Ask {name} again
    </Button>
  );
}

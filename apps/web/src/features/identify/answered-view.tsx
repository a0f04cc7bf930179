'use client';

import { Camera } from 'lucide-react';
import { displayNames } from '@/lib/providers.ts';
import type { Identification } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { Countdown, useSecondsLeft } from '@/ui/countdown.tsx';
import { StickyBar } from '@/ui/layout.tsx';
import { Notice } from '@/ui/notice.tsx';
import { AnswerSheet } from './answer/answer-sheet.tsx';
import { readLabel } from './answer/label-reading.ts';
import { missingProviders } from './answer/provider-agreement.ts';
import type { IdentifyState } from './identify-state.ts';
import { type OnFiles, PickPhoto } from './photo/photo-input.tsx';
import type { Run } from './run.ts';

interface AnsweredViewProps {
  state: Extract<IdentifyState, { type: 'answered' }>;
  preview: string | undefined;
  onFiles: OnFiles;
  onAgain: () => void;
}

/** Shows the answer to the photo that was just sent. */
export function AnsweredView({ state, preview, onFiles, onAgain }: AnsweredViewProps) {
  const { answer, answeredAt, run } = state;
  const reading = readLabel(answer);
  return (
    <AnswerSheet answer={answer} reading={reading} photo={preview} at={answeredAt} fresh>
      {reading.type === 'no_plant' ? (
        <StickyBar>
          <Another onFiles={onFiles}>Take another photo</Another>
        </StickyBar>
      ) : (
        <>
          {answer.filed === false ? (
            <Notice tone="resting">It is not in your herbarium: we could not keep it just now.</Notice>
          ) : null}
          <StickyBar>
            {answer.partial ? <AskMissingProvider answer={answer} providers={run.providers} onAgain={onAgain} /> : null}
            <Another second={answer.partial} onFiles={onFiles}>
              Identify another
            </Another>
          </StickyBar>
        </>
      )}
    </AnswerSheet>
  );
}

function Another({ second = false, onFiles, children }: { second?: boolean; onFiles: OnFiles; children: string }) {
  return (
    <PickPhoto wide main={!second} onFiles={onFiles}>
      <Camera size={20} strokeWidth={1.7} aria-hidden="true" />
      {children}
    </PickPhoto>
  );
}

interface AskMissingProviderProps {
  answer: Identification;
  providers: Run['providers'];
  onAgain: () => void;
}

/** Asks again for the missing providers' answers as soon as one of them can be asked; the other answers are cached. */
function AskMissingProvider({ answer, providers, onAgain }: AskMissingProviderProps) {
  const missing = missingProviders(answer).map(({ provider }) => provider);
  const retryTimes = missing.map((name) => {
    const progress = providers[name];
    return progress?.type === 'unanswered' ? (progress.until ?? 0) : 0;
  });
  const until = retryTimes.length === 0 ? 0 : Math.min(...retryTimes);
  const left = useSecondsLeft(until);
  if (missing.length === 0) return null;
  const name = displayNames(missing);
  return left > 0 ? (
    <Button main wide disabled>
      Ask {name} in <Countdown until={until} />
    </Button>
  ) : (
    <Button main wide onClick={onAgain}>
      Ask {name} again
    </Button>
  );
}

'use client';

import { Camera } from 'lucide-react';
import { AnswerLabel } from '@/features/identify/answer/answer-label.tsx';
import { AnswerRows } from '@/features/identify/answer/answer-rows.tsx';
import { LABEL_CORNERS } from '@/features/identify/answer/label-corners.ts';
import { readLabel } from '@/features/identify/answer/label-reading.ts';
import { NoPlant } from '@/features/identify/answer/no-plant.tsx';
import { PartialNotice } from '@/features/identify/answer/partial-notice.tsx';
import type { PickFiles } from '@/features/identify/photo/photo-arrivals.ts';
import { PickPhoto } from '@/features/identify/photo/pick-photo.tsx';
import { Notice } from '@/ui/notice.tsx';
import { DeskGrid } from '@/ui/photo-layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import { AskAgain } from './ask-again.tsx';
import type { Desk } from './identify-state.ts';

interface AnsweredDeskProps {
  desk: Extract<Desk, { at: 'answered' }>;
  preview: string | undefined;
  onFiles: PickFiles;
  onAgain: () => void;
}

/** The answer to a photo that was just sent. */
export function AnsweredDesk({ desk, preview, onFiles, onAgain }: AnsweredDeskProps) {
  const { answer, answeredAt, run } = desk;
  const reading = readLabel(answer);
  if (reading.kind === 'no_plant') {
    return (
      <DeskGrid panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" />}>
        <NoPlant answer={answer} fresh />
        <StickyBar>
          <Another onFiles={onFiles}>Take another photo</Another>
        </StickyBar>
      </DeskGrid>
    );
  }
  return (
    <>
      <DeskGrid panel="label" photo={<PhotoSheet src={preview} alt="Your photo" corners={LABEL_CORNERS} />}>
        <AnswerLabel answer={answer} reading={reading} at={answeredAt} fresh />
        <PartialNotice answer={answer} />
        {answer.filed === false ? (
          <Notice tone="resting">It is not in your herbarium: we could not keep it just now.</Notice>
        ) : null}
        <StickyBar>
          {answer.partial ? <AskAgain answer={answer} asked={run.asked} onAgain={onAgain} /> : null}
          <Another second={answer.partial} onFiles={onFiles}>
            Identify another
          </Another>
        </StickyBar>
      </DeskGrid>
      <AnswerRows answer={answer} reading={reading} photo={preview} />
    </>
  );
}

function Another({ second = false, onFiles, children }: { second?: boolean; onFiles: PickFiles; children: string }) {
  return (
    <PickPhoto wide main={!second} onFiles={onFiles}>
      <Camera size={20} strokeWidth={1.7} aria-hidden="true" />
      {children}
    </PickPhoto>
  );
}

'use client';

import { Camera } from 'lucide-react';
import type { Desk } from '@/client/identify/desk.ts';
import type { PickFiles } from '@/client/photo/photo-arrivals.ts';
import { readLabel } from '@/client/reading/label-reading.ts';
import { AnswerLabel } from '../answer/answer-label.tsx';
import { AnswerRows } from '../answer/answer-rows.tsx';
import { LABEL_CORNERS } from '../answer/label-corners.ts';
import { NoPlant } from '../answer/no-plant.tsx';
import { PartialNotice } from '../answer/partial-notice.tsx';
import { PickPhoto } from '../controls/pick-photo.tsx';
import { DeskGrid } from '../paper/desk-grid.tsx';
import { Notice } from '../paper/notice.tsx';
import { PhotoSheet } from '../paper/photo-sheet.tsx';
import { StickyBar } from '../paper/sticky-bar.tsx';
import { AskAgain } from './ask-again.tsx';

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

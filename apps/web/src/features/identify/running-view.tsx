'use client';

import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { DeskGrid } from '@/ui/photo-layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { StickyBar } from '@/ui/sticky-bar.tsx';
import type { Run } from './run.ts';
import styles from './running-view.module.css';
import { StepLine } from './step-line.tsx';
import { headline, stepsOf } from './steps.ts';

interface RunningDeskProps {
  run: Run;
  preview: string | undefined;
  onStop: () => void;
}

/** The work as it goes on, each step with its own number. */
export function RunningDesk({ run, preview, onStop }: RunningDeskProps) {
  const { title, sentence } = headline(run);
  return (
    <DeskGrid panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" />}>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence}</p>
      </div>
      <ol className={styles['steps']}>
        {stepsOf(run).map((step) => (
          <StepLine key={step.key} step={step} verdict={run.verdict} isFirstWord={run.answeredBy[0] === step.word} />
        ))}
      </ol>
      <StickyBar>
        <Button wide onClick={onStop}>
          Stop
        </Button>
        <p className={styles['safe']}>Stopping is safe. Your photo stays here.</p>
      </StickyBar>
    </DeskGrid>
  );
}

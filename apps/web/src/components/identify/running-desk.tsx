'use client';

import type { Run } from '@/client/identify/run.ts';
import { headline, stepsOf } from '@/client/identify/steps.ts';
import { Button } from '../controls/button.tsx';
import { DeskGrid } from '../paper/desk-grid.tsx';
import { PhotoSheet } from '../paper/photo-sheet.tsx';
import { StickyBar } from '../paper/sticky-bar.tsx';
import { FocusedHeading } from '../site/focused-heading.tsx';
import styles from './running-desk.module.css';
import { StepLine } from './step-line.tsx';

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

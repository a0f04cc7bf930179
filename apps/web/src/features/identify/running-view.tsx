'use client';

import { Check, Circle, CircleDot, Minus } from 'lucide-react';
import { useNow } from '@/lib/device.ts';
import { aboutText, bytesText, percentText, secondsText } from '@/lib/format/amounts.ts';
import { capitalised } from '@/lib/format/list.ts';
import { PROVIDERS } from '@/lib/providers.ts';
import type { MergedResult, ProviderName } from '@/lib/wire.ts';
import { Button } from '@/ui/button.tsx';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { PhotoLayout, StickyBar } from '@/ui/layout.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { Ruler } from '@/ui/ruler.tsx';
import { Slip } from '@/ui/slip.tsx';
import hidden from '@/ui/visually-hidden.module.css';
import { readLabel } from './answer/label-reading.ts';
import { progressHeadline, progressSteps, type Step } from './progress-steps.ts';
import type { Run } from './run.ts';
import styles from './running-view.module.css';

interface RunningViewProps {
  run: Run;
  preview: string | undefined;
  onStop: () => void;
}

/** Shows the progress of a run, each step with its own number. */
export function RunningView({ run, preview, onStop }: RunningViewProps) {
  const { title, sentence } = progressHeadline(run);
  return (
    <PhotoLayout panel="beside" photo={<PhotoSheet src={preview} alt="Your photo" />}>
      <div className={styles['head']}>
        <FocusedHeading active>{title}</FocusedHeading>
        <p>{sentence}</p>
      </div>
      <ol className={styles['steps']}>
        {progressSteps(run).map((step) => (
          <StepLine key={step.key} step={step} merged={run.merged} isFirst={run.answeredBy[0] === step.answeredBy} />
        ))}
      </ol>
      <StickyBar>
        <Button wide onClick={onStop}>
          Stop
        </Button>
        <p className={styles['safe']}>Stopping is safe. Your photo stays here.</p>
      </StickyBar>
    </PhotoLayout>
  );
}

const ICONS = { done: Check, doing: CircleDot, todo: Circle, missed: Minus } as const;

interface StepLineProps {
  step: Step;
  merged: MergedResult | undefined;
  /** The step's provider was the first to answer. */
  isFirst: boolean;
}

function StepLine({ step, merged, isFirst }: StepLineProps) {
  const Icon = ICONS[step.state];
  return (
    <li className={styles['step']} data-state={step.state} {...(step.state === 'doing' && { 'aria-current': 'step' })}>
      <Icon size={step.state === 'todo' ? 12 : 18} strokeWidth={1.8} aria-hidden="true" />
      <p className={styles['text']}>{step.text}</p>
      <p className={styles['figure']}>{step.wait ? <WaitFigure since={step.wait.since} /> : step.figure}</p>
      {step.note === undefined ? null : <p className={styles['note']}>{step.note}</p>}
      <div className={styles['more']}>
        {step.upload ? <UploadRuler {...step.upload} /> : null}
        {step.wait ? <WaitRuler label={step.text} {...step.wait} /> : null}
        {step.answeredBy && merged && isFirst ? <PartialAnswer provider={step.answeredBy} merged={merged} /> : null}
      </div>
    </li>
  );
}

/** Shows how much of the photo has been sent. */
function UploadRuler({ sent, total }: { sent: number; total: number }) {
  return (
    <>
      <progress
        className={hidden['hidden']}
        aria-label="Sending your photo"
        aria-valuetext={`${bytesText(sent)} of ${bytesText(total)}`}
        value={Math.min(sent, total)}
        max={total}
      />
      <Ruler fill={total === 0 ? 0 : sent / total} />
    </>
  );
}

const TICK_MS = 100;

/** Time since a provider was asked. */
function WaitFigure({ since }: { since: number }) {
  return secondsText(useNow(TICK_MS) - since);
}

interface WaitRulerProps {
  label: string;
  /** Epoch milliseconds. */
  since: number;
  /** Usual and slow answer times of the provider; without them no scale is shown. */
  usualMs?: number;
  slowMs?: number;
}

/** Shows the waiting time on a scale that ends at a slow answer; after that a text says that it takes longer. */
function WaitRuler({ label, since, usualMs, slowMs }: WaitRulerProps) {
  const elapsed = useNow(TICK_MS) - since;
  if (usualMs === undefined || slowMs === undefined) return null;
  const end = Math.max(slowMs, usualMs * 1.2, 1000);
  return (
    <div>
      <progress
        className={hidden['hidden']}
        aria-label={label}
        aria-valuetext={`usually ${aboutText(usualMs)}`}
        value={Math.min(end, Math.max(0, elapsed))}
        max={end}
      />
      <Ruler fill={elapsed / end} cuts={[usualMs / end]} />
      <p className={styles['scale']} aria-hidden="true">
        <span>0&nbsp;s</span>
        <span className={styles['usual']} style={{ '--at': `${(100 * usualMs) / end}%` }}>
          usual, {aboutText(usualMs)}
        </span>
        <span>{aboutText(end)}</span>
      </p>
      {elapsed > end ? <p className={styles['late']}>Taking longer than usual</p> : null}
    </div>
  );
}

/** Shows the first provider's answer while others are still working. */
function PartialAnswer({ provider, merged }: { provider: ProviderName; merged: MergedResult }) {
  const reading = readLabel(merged);
  return (
    <Slip className={styles['slip']}>
      <p className={styles['from']}>First word, from {PROVIDERS[provider].displayName}</p>
      {reading.type === 'no_plant' ? (
        <p className={styles['name']}>No plant</p>
      ) : (
        <>
          <p className={styles['name']}>{reading.title}</p>
          <p>
            <span lang="la">{reading.type === 'genus' ? reading.genus : reading.best.scientific_name}</span>
            <span className={styles['word']}>
              {capitalised(reading.confidence)}
              {reading.probability === undefined ? null : `, ${percentText(reading.probability)}`}, for now
            </span>
          </p>
        </>
      )}
    </Slip>
  );
}

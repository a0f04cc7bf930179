import { Check, Circle, CircleDot, Minus } from 'lucide-react';
import type { Verdict } from '@/lib/wire.ts';
import { FirstWord } from './partial-answer.tsx';
import styles from './step-line.module.css';
import type { Step } from './steps.ts';
import { UploadRuler } from './upload-ruler.tsx';
import { WaitFigure, WaitRuler } from './wait-ruler.tsx';

const ICONS = { done: Check, doing: CircleDot, todo: Circle, missed: Minus } as const;

interface StepLineProps {
  step: Step;
  verdict: Verdict | undefined;
  /** Its provider answered first, and nothing else is known yet. */
  isFirstWord: boolean;
}

export function StepLine({ step, verdict, isFirstWord }: StepLineProps) {
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
        {step.word && verdict && isFirstWord ? <FirstWord provider={step.word} verdict={verdict} /> : null}
      </div>
    </li>
  );
}

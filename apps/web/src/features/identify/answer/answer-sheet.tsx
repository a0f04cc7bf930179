import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Identification } from '@/lib/wire.ts';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import { PhotoLayout } from '@/ui/layout.tsx';
import { Notice } from '@/ui/notice.tsx';
import { PhotoSheet } from '@/ui/photo-sheet.tsx';
import { AnswerLabel } from './answer-label.tsx';
import { AnswerRows } from './answer-rows.tsx';
import styles from './answer-sheet.module.css';
import type { LabelReading } from './label-reading.ts';
import { partialText } from './provider-agreement.ts';

/** Corners of the photo that no label covers. */
const LABEL_CORNERS = ['topLeft', 'topRight', 'bottomLeft'] as const;

interface AnswerSheetProps {
  answer: Identification;
  reading: LabelReading;
  /** URL of the photo. */
  photo: string | undefined;
  /** ISO 8601. */
  at: string;
  /** Moves focus to the heading of a new answer. */
  fresh: boolean;
  /** Notices and actions below the label. */
  children: ReactNode;
}

/** An answer with its photo: the label and its rows, or tips when no plant was found. */
export function AnswerSheet({ answer, reading, photo, at, fresh, children }: AnswerSheetProps) {
  if (reading.type === 'no_plant') {
    return (
      <PhotoLayout panel="beside" photo={<PhotoSheet src={photo} alt="Your photo" />}>
        <NoPlant answer={answer} fresh={fresh} />
        {children}
      </PhotoLayout>
    );
  }
  return (
    <>
      <PhotoLayout panel="label" photo={<PhotoSheet src={photo} alt="Your photo" corners={LABEL_CORNERS} />}>
        <AnswerLabel answer={answer} reading={reading} at={at} fresh={fresh} />
        <PartialNotice answer={answer} />
        {children}
      </PhotoLayout>
      <AnswerRows answer={answer} reading={reading} photo={photo} />
    </>
  );
}

const TIPS = ['Fill the picture with one plant', 'Leaf, flower or fruit, in daylight', 'Tap the plant to focus on it'];

/** Replaces the label when no plant was found: tips for the next photo. */
function NoPlant({ answer, fresh }: { answer: Identification; fresh: boolean }) {
  return (
    <>
      <div className={styles['head']}>
        <FocusedHeading active={fresh}>We see no plant here</FocusedHeading>
        <p>{sentence(answer)}</p>
      </div>
      <ul className={styles['tips']}>
        {TIPS.map((tip) => (
          <li key={tip}>
            <Check size={18} strokeWidth={1.8} aria-hidden="true" />
            {tip}
          </li>
        ))}
      </ul>
    </>
  );
}

function sentence({ demo, partial }: Identification): string {
  if (demo) return 'This is a demo answer: no service looked at your photo.';
  return `${partial ? 'The service that answered found none' : 'The services found none'}. This still used one identification.`;
}

/** Names the providers without an answer, and the parts that are missing with them. */
function PartialNotice({ answer }: { answer: Identification }) {
  const text = partialText(answer);
  return text === undefined ? null : <Notice tone="resting">{text}</Notice>;
}

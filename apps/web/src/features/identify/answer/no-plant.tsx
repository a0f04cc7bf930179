import { Check } from 'lucide-react';
import type { Identification } from '@/lib/wire.ts';
import { FocusedHeading } from '@/ui/focused-heading.tsx';
import styles from './no-plant.module.css';

const TIPS = ['Fill the picture with one plant', 'Leaf, flower or fruit, in daylight', 'Tap the plant to focus on it'];

/** Nothing was named, so there is no label: what helps next time. */
export function NoPlant({ answer, fresh }: { answer: Identification; fresh: boolean }) {
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

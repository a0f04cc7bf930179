import { Check } from 'lucide-react';
import { ENDS, endWords } from '@/client/admin/override.ts';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './end-choice.module.css';

interface EndChoiceProps {
  /** Id of an end. */
  chosen: string;
  now: number;
  timeZone: string;
  onChoose: (id: string) => void;
}

/** For how long a provider is isolated. */
export function EndChoice({ chosen, now, timeZone, onChoose }: EndChoiceProps) {
  return (
    <fieldset className={styles['ends']}>
      <legend>For how long</legend>
      <div>
        {ENDS.map((end) => {
          const isChosen = end.id === chosen;
          return (
            <label key={end.id} className={styles['end']}>
              <input
                type="radio"
                name="end"
                className={hidden['hidden']}
                checked={isChosen}
                onChange={() => onChoose(end.id)}
              />
              {isChosen ? <Check size={16} strokeWidth={1.8} aria-hidden="true" /> : null}
              {endWords(end, isChosen, now, timeZone)}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

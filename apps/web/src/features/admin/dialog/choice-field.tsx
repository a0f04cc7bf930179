import { Check } from 'lucide-react';
import hidden from '@/ui/visually-hidden.module.css';
import styles from './choice-field.module.css';

interface ChoiceFieldProps<Id extends string> {
  legend: string;
  /** Name of the radio buttons. */
  name: string;
  options: readonly { id: Id; text: string }[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

/** Field for one of a few options, in a dialog that asks for a reason. */
export function ChoiceField<Id extends string>({ legend, name, options, chosen, onChoose }: ChoiceFieldProps<Id>) {
  return (
    <fieldset className={styles['choice']}>
      <legend>{legend}</legend>
      <div>
        {options.map(({ id, text }) => (
          <label key={id} className={styles['option']}>
            <input
              type="radio"
              name={name}
              className={hidden['hidden']}
              checked={id === chosen}
              onChange={() => onChoose(id)}
            />
            {id === chosen ? <Check size={16} strokeWidth={1.8} aria-hidden="true" /> : null}
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

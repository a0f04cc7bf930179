'use client';

import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from './button.tsx';
import styles from './copy-field.module.css';

interface CopyFieldProps {
  label: string;
  /** Quieter text after the label. */
  note?: ReactNode;
  /** Text to copy, such as a secret that cannot be seen again once the field is gone. */
  value: string;
}

/** A text with a button to copy it. Takes the focus, because people must copy it now. */
export function CopyField({ label, note, value }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<string>();
  useEffect(() => field.current?.focus(), []);

  const copy = async () => {
    if (field.current !== null) selectFromEnd(field.current);
    try {
      await navigator.clipboard.writeText(value);
      setCopied('Copied.');
    } catch {
      // Without a clipboard, as on plain http.
      setCopied('Please copy the selected text yourself.');
    }
  };

  return (
    <div className={styles['field']}>
      <label htmlFor={id}>
        {label} {note === undefined ? null : <span>{note}</span>}
      </label>
      <div>
        <input ref={field} id={id} readOnly value={value} onFocus={({ target }) => selectFromEnd(target)} />
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
      <output>{copied}</output>
    </div>
  );
}

/** Selects the whole text with the cursor at its start, so that a narrow field shows the start of a long text. */
function selectFromEnd(field: HTMLInputElement): void {
  field.setSelectionRange(0, field.value.length, 'backward');
}

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

/** A text, shown whole, with a button to copy it. Takes the focus, because people must copy it now. */
export function CopyField({ label, note, value }: CopyFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState<string>();
  useEffect(() => field.current?.focus(), []);

  const copy = async () => {
    field.current?.select();
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
        <textarea ref={field} id={id} rows={2} readOnly value={value} onFocus={({ target }) => target.select()} />
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
      <output>{copied}</output>
    </div>
  );
}

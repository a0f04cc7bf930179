'use client';

import { useEffect, useId, useRef, useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { ExactTime } from '@/ui/exact-time.tsx';
import styles from './sign-in-link-field.module.css';

/** A new link, as the server tells it once. */
export interface MadeLink {
  url: string;
  expires_at: string;
}

/** A new sign-in link with a button to copy it. It cannot be seen again once it is gone. */
export function SignInLinkField({ link }: { link: MadeLink }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<string>();
  useEffect(() => field.current?.focus(), []);

  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link.url);
      setCopied('Copied.');
    } catch {
      // Without a clipboard, as on plain http.
      setCopied('Please copy the selected link yourself.');
    }
  };

  return (
    <div className={styles['link']}>
      <label htmlFor={id}>
        Link{' '}
        <span>
          until <ExactTime at={link.expires_at} />
        </span>
      </label>
      <div>
        <input ref={field} id={id} readOnly value={link.url} onFocus={({ target }) => target.select()} />
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
      <output>{copied}</output>
    </div>
  );
}

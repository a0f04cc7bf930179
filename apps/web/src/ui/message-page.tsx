import type { ReactNode } from 'react';
import { ButtonLink } from './button.tsx';
import styles from './message-page.module.css';

/** Page with a single message and a link or button. */
export function MessagePage({ title, sentence, children }: { title: string; sentence: string; children: ReactNode }) {
  return (
    <main className={styles['blank']}>
      <h1>{title}</h1>
      <p>{sentence}</p>
      <div>{children}</div>
    </main>
  );
}

/** Replaces a page that needs the database while the database is unavailable. `what` names it: `your herbarium`. */
export function Unavailable({ what }: { what: string }) {
  return (
    <MessagePage
      title="Not available right now"
      sentence={`We can't open ${what} at the moment. Nothing in it is lost. Please try again in a few moments.`}
    >
      <ButtonLink main href="/identify">
        Identify a plant
      </ButtonLink>
    </MessagePage>
  );
}

import type { ReactNode } from 'react';
import styles from './message-page.module.css';

/** A page that has one thing to say and a way on. */
export function MessagePage({ title, sentence, children }: { title: string; sentence: string; children: ReactNode }) {
  return (
    <main className={styles['blank']}>
      <h1>{title}</h1>
      <p>{sentence}</p>
      <div>{children}</div>
    </main>
  );
}

import type { ReactNode } from 'react';
import { ButtonLink } from '@/ui/button.tsx';
import styles from './empty-herbarium.module.css';

/** Nothing was filed yet: an invitation. */
export function EmptyHerbarium({ sprig }: { sprig: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <div className={styles['sprig']}>{sprig}</div>
      <div>
        <h2>Nothing pressed yet</h2>
        <p>Lay a photo on a sheet, and its label will hang here.</p>
      </div>
      <ButtonLink main href="/identify">
        Name one
      </ButtonLink>
    </div>
  );
}

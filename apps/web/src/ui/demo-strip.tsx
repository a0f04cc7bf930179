import { Info } from 'lucide-react';
import styles from './demo-strip.module.css';

/** Stands above everything while a stand-in answers for both services. */
export function DemoStrip() {
  return (
    <aside className={styles['strip']} aria-label="Demo">
      <p>
        <Info size={18} strokeWidth={1.7} aria-hidden="true" />
        <span>
          <b>Demo answers.</b> No service is asked; nothing about your plant is known.
        </span>
      </p>
    </aside>
  );
}

import type { ReactNode } from 'react';
import styles from './sticky-bar.module.css';

/** The page's main actions: at the thumb on phones, in their place on wider screens or, `phoneOnly`, gone there. */
export function StickyBar({ children, phoneOnly = false }: { children: ReactNode; phoneOnly?: boolean }) {
  return <div className={`${styles['bar']} ${phoneOnly ? styles['phoneOnly'] : ''}`}>{children}</div>;
}

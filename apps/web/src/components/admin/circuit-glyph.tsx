import type { CircuitState } from '@/lib/wire.ts';
import styles from './circuit-glyph.module.css';

const BLADES: Readonly<Record<CircuitState, string>> = {
  closed: 'M7.4 13h13.2',
  half_open: 'M7.2 12L19.5 7.5',
  open: 'M7 11.6L18.5 3.5',
  isolated: 'M12 6v12M16 6v12',
  off: 'M7 11.6L18.5 3.5',
  misconfigured: 'M7 11.6L18.5 3.5',
};

/** An electrical switch in a circuit's state. Decoration beside its word. */
export function CircuitGlyph({ state }: { state: CircuitState }) {
  return (
    <svg className={styles['glyph']} viewBox="0 0 28 20" aria-hidden="true">
      <circle cx="5" cy="13" r="2.4" />
      <circle cx="23" cy="13" r="2.4" />
      <path d={BLADES[state]} />
      {state === 'half_open' ? <path className={styles['dotted']} d="M9 15.5h10" /> : null}
    </svg>
  );
}

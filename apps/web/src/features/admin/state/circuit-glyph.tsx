import styles from './circuit-glyph.module.css';
import type { ProviderState } from './provider-state.ts';

const OPEN_BLADE = 'M7 11.6L18.5 3.5';

const BLADES: Readonly<Record<ProviderState, string>> = {
  closed: 'M7.4 13h13.2',
  half_open: 'M7.2 12L19.5 7.5',
  open: OPEN_BLADE,
  isolated: 'M12 6v12M16 6v12',
  off: OPEN_BLADE,
  misconfigured: OPEN_BLADE,
  unpaid: OPEN_BLADE,
  used_up: OPEN_BLADE,
};

/** Draws a state as an electrical switch. Decoration beside the name of the state. */
export function CircuitGlyph({ state }: { state: ProviderState }) {
  return (
    <svg className={styles['glyph']} viewBox="0 0 28 20" aria-hidden="true">
      <circle cx="5" cy="13" r="2.4" />
      <circle cx="23" cy="13" r="2.4" />
      <path d={BLADES[state]} />
      {state === 'half_open' ? <path className={styles['dotted']} d="M9 15.5h10" /> : null}
    </svg>
  );
}

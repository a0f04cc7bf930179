import type { CircuitState, ProviderCircuit } from '@/lib/wire.ts';
import { Ruler, type RulerProps } from '@/ui/ruler.tsx';
import styles from './circuit-status.module.css';
import { keyFigure, STATE_NAMES, sinceText } from './circuit-text.ts';

const RULERS: Readonly<Partial<Record<CircuitState, RulerProps['tone']>>> = {
  half_open: 'half',
  open: 'open',
  isolated: 'isolated',
};

/** Shows the state in a big word, with its key figure. */
export function CircuitStatus({ circuit, now, timeZone }: { circuit: ProviderCircuit; now: number; timeZone: string }) {
  const { state } = circuit;
  const key = keyFigure(circuit, now, timeZone);
  return (
    <div className={styles['status']}>
      <div className={styles['line']}>
        <p key={state} className={styles['state']}>
          <CircuitGlyph state={state} />
          {STATE_NAMES[state]}
        </p>
        {key === undefined ? null : (
          <p className={styles['figure']} data-worded={state === 'isolated' || undefined}>
            {key.figure}
          </p>
        )}
      </div>
      {key?.share === undefined ? null : <Ruler bare fill={key.share} tone={RULERS[state] ?? 'quiet'} />}
      <div className={styles['notes']}>
        <p>{sinceText(circuit, now, timeZone)}</p>
        {key === undefined ? null : <p>{key.caption}</p>}
      </div>
    </div>
  );
}

const BLADES: Readonly<Record<CircuitState, string>> = {
  closed: 'M7.4 13h13.2',
  half_open: 'M7.2 12L19.5 7.5',
  open: 'M7 11.6L18.5 3.5',
  isolated: 'M12 6v12M16 6v12',
  off: 'M7 11.6L18.5 3.5',
  misconfigured: 'M7 11.6L18.5 3.5',
};

/** Draws the circuit as an electrical switch. Decoration beside the name of the state. */
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
